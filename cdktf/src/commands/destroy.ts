import { synth } from "../synth.ts";
import { stackFolder, Terraform } from "../../../deploy/terraform.ts";
import { type ChangeOptions, configFor } from "./options.ts";
import { announce } from "../../../deploy/progress.ts";

/** Deletes everything that the stage made. Terraform lists it and asks, unless `yes`. */
export async function destroy(options: ChangeOptions): Promise<void> {
  const config = await configFor(options);
  await synth(config);
  const terraform = new Terraform(stackFolder(config.stage));
  await terraform.init();
  await terraform.destroy(options.yes === true);
  announce(`stage ${config.stage} is gone`);
}
