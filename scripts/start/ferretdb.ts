/** FerretDB's arguments for SQLite below `folder`, whose folder `data` exists; `listen` says where it listens. */
export function ferretdbArguments(folder: string, ...listen: readonly string[]): string[] {
  const place = [`--sqlite-url=file:${folder}/data/`, `--state-dir=${folder}`];
  return ["--handler=sqlite", ...place, ...listen, "--debug-addr=-", "--telemetry=disable"];
}
