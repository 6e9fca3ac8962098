import { writeFile } from "node:fs/promises";
import { EC2Client } from "@aws-sdk/client-ec2";
import { inRegion } from "../aws.ts";
import { announce } from "../../../deploy/progress.ts";
import { failure } from "../../../deploy/run.ts";
import { stackFolder, Terraform } from "../../../deploy/terraform.ts";
import { find } from "../recovery/found.ts";
import { type ImportIds, importIds, isAnyFound } from "../recovery/import-ids.ts";
import { rehearse } from "../recovery/rehearse.ts";
import { importFiles, readStack, removeImports, type Resource, type Stack } from "../recovery/stack.ts";
import { completed, unimported } from "../recovery/unimported.ts";
import { keepDeployed } from "../state/deployed.ts";
import { nameOfPlace, type Place, readKept } from "../state/place.ts";
import { hasResources } from "../state/terraform-state.ts";
import { explainLock } from "./lock.ts";
import { synth } from "../synth.ts";
import { type ChangeOptions, checkAccount, openStage } from "./options.ts";

/**
 * Rebuilds the state of a stage from its tags and names: imports what it finds, overwrites what a create call
 * overwrites anyway, and creates what is missing. Terraform shows all of it and asks for confirmation, unless `yes`.
 */
export async function recover(options: ChangeOptions): Promise<void> {
  const opened = await openStage(options);
  const { config, env, place } = opened;
  const account = await checkAccount(opened);
  await refuseOverState(place);
  await synth(config);
  const folder = stackFolder(config.stage);
  const stack = await readStack(folder);
  const found = await find(config.stage, config.region, config.literal.cluster !== null);
  const ids = importIds(stack.resources, found, { account, region: config.region }, stack.imported);
  if (!isAnyFound(stack.resources, ids)) {
    throw failure(`Nothing of stage ${config.stage} is in ${config.region}: run \`npm run deploy\` to create it.`);
  }
  const terraform = new Terraform(folder, config.terraform);
  await explainLock(place, () => importAll(terraform, folder, stack, ids, options));
  const imported = await completed(await terraform.pull(), stack.resources, new EC2Client(inRegion(config.region)));
  await terraform.push(imported);
  await keepDeployed(place, config, env, account);
  announce(`${nameOfPlace(place, "tfstate")} is complete: \`npm run plan\` shows differences to the settings`);
}

/** Attributes that Terraform does not import would replace their resources: the files exclude them meanwhile. */
async function importAll(
  terraform: Terraform,
  folder: string,
  { resources }: Stack,
  ids: ImportIds,
  { yes = false }: ChangeOptions,
): Promise<void> {
  const files = importFiles(folder);
  const write = async (some: ImportIds): Promise<void> => {
    await writeFile(files.imports, JSON.stringify({ import: [...some].map(([to, id]) => ({ to, id })) }));
    await writeFile(files.override, JSON.stringify(keep(resources.filter(({ address }) => some.has(address)))));
  };
  try {
    await write(ids);
    await terraform.init();
    announce(`checking which of ${ids.size} resources exist: this takes a minute`);
    const existing = await rehearse(ids, async (some) => {
      await write(some);
      return terraform.rehearse();
    });
    announce(`${existing.size} resources exist, ${resources.length - existing.size} are rewritten or created`);
    await terraform.apply(yes);
  } finally {
    await removeImports(folder);
  }
}

async function refuseOverState(place: Place): Promise<void> {
  const state = await readKept(place, "tfstate");
  if (!hasResources(state)) return;
  throw failure(
    `${nameOfPlace(place, "tfstate")} exists: \`npm run plan\` shows missing resources. Move it away to recover without it.`,
  );
}

/** The override that ignores these attributes of resources. */
function keep(resources: readonly Resource[]): object {
  const all: Record<string, Record<string, object>> = {};
  for (const { address, type } of resources) {
    const ignored = unimported[type];
    if (ignored === undefined) continue;
    all[type] = { ...all[type], [address.slice(type.length + 1)]: { lifecycle: { ignore_changes: ignored } } };
  }
  return { resource: all };
}
