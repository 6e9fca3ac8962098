import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EC2Client } from "@aws-sdk/client-ec2";
import { UserError } from "@analyze/common/errors";
import { announce } from "../../../deploy/progress.ts";
import { stackFolder, Terraform } from "../../../deploy/terraform.ts";
import { find } from "../recovery/found.ts";
import { type ImportIds, importIds, unknownTypes } from "../recovery/import-ids.ts";
import { howToRestore } from "./lost-state.ts";
import { type Resource, resourcesIn } from "../recovery/stack.ts";
import { completed, unimported } from "../recovery/unimported.ts";
import { keepDeployed } from "../state/deployed.ts";
import { nameOfPlace, type Place, readKept } from "../state/place.ts";
import { hasResources } from "../state/terraform-state.ts";
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
  const resources = await resourcesIn(folder);
  refuseUnknown(resources, place);
  const ids = importIds(resources, await find(config.stage, config.region));
  if (ids.size === 0) {
    throw new UserError(
      `Nothing of stage ${config.stage} is in ${config.region}: run \`npm run deploy\` to create it.`,
    );
  }
  announce(`${ids.size} resources exist, ${resources.length - ids.size} are rewritten or created`);
  const terraform = new Terraform(folder, config.terraform);
  await withImports(folder, resources, ids, async () => {
    await terraform.init();
    await terraform.apply(options.yes === true);
  });
  await terraform.push(await completed(await terraform.pull(), resources, new EC2Client({ region: config.region })));
  await keepDeployed(place, config, env, account);
  announce(`${nameOfPlace(place, "tfstate")} is complete: \`npm run plan\` shows differences to the settings`);
}

async function refuseOverState(place: Place): Promise<void> {
  const state = await readKept(place, "tfstate");
  if (!hasResources(state)) return;
  throw new UserError(
    `${nameOfPlace(place, "tfstate")} exists: \`npm run plan\` shows missing resources. Move it away to recover without it.`,
  );
}

function refuseUnknown(resources: readonly Resource[], place: Place): void {
  const unknown = unknownTypes(resources);
  if (unknown.length === 0) return;
  throw new UserError(
    `Stage ${place.stage} has resources that cannot be found by their tags: ${unknown.join(", ")}.\n` +
      howToRestore(place),
  );
}

/** Does the work while the folder has the imports. Attributes that Terraform does not import would replace the host. */
async function withImports(
  folder: string,
  resources: readonly Resource[],
  ids: ImportIds,
  work: () => Promise<void>,
): Promise<void> {
  const files = { imports: join(folder, "recover.tf.json"), override: join(folder, "recover_override.tf.json") };
  await writeFile(files.imports, JSON.stringify({ import: [...ids].map(([to, id]) => ({ to, id })) }));
  const kept = resources.filter(({ address, type }) => type in unimported && ids.has(address));
  if (kept.length > 0) await writeFile(files.override, JSON.stringify({ resource: keep(kept) }));
  try {
    await work();
  } finally {
    await Promise.all(Object.values(files).map((file) => rm(file, { force: true })));
  }
}

/** The override that ignores these attributes of resources. */
function keep(resources: readonly Resource[]): Record<string, Record<string, object>> {
  const all: Record<string, Record<string, object>> = {};
  for (const { address, type } of resources) {
    const lifecycle = { ignore_changes: unimported[type] };
    all[type] = { ...all[type], [address.slice(type.length + 1)]: { lifecycle } };
  }
  return all;
}
