import { synth } from "../synth.ts";
import { stackFolder, Terraform } from "../../../deploy/terraform/terraform.ts";
import { type ChangeOptions, configFor } from "./options.ts";
import { step } from "../../../deploy/progress.ts";

/** Deletes everything that the stage made. Terraform lists it and asks, unless `yes`. */
export async function destroy(options: ChangeOptions): Promise<void> {
  const config = await configFor(options);
  await synth(config);
  const terraform = new Terraform(stackFolder(config.stage));
  terraform.init();
  terraform.destroy(options.yes === true);
  step(`stage ${config.stage} is gone`);
}
