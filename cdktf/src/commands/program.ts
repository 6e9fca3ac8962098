import { Command, InvalidArgumentError, Option } from "commander";
import { bootstrap } from "./bootstrap.ts";
import { cdktf } from "./cdktf.ts";
import { chart } from "../chart/chart.ts";
import { clientUpdate } from "./client-update.ts";
import { deploy } from "./deploy.ts";
import { destroy } from "./destroy.ts";
import { mirror } from "./mirror.ts";
import { pipelineRoles } from "./pipeline-roles.ts";
import { plan } from "./plan.ts";
import { recover } from "./recover.ts";
import { changeState } from "./state.ts";
import { values } from "../chart/values.ts";

/** A SHA-256, of a plan or a release. */
function hash(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be 64 hex digits.");
}

/** Every command of cdktf/ but those of `npm run host`. */
export const program = new Command("cdktf/")
  .description("Where analyze runs on AWS. Settings come from the environment: docs/aws.md")
  .enablePositionalOptions();
const yes = ["-y, --yes", "do not ask for confirmation"] as const;
const myIp = ["--my-ip", "open SSH to this machine's public address"] as const;

program
  .command("deploy")
  .description("infrastructure, the client's release and the images")
  .option(...yes)
  .option(...myIp)
  .option("--no-images", "build and push no images")
  .addOption(
    new Option("--plan <hash>", "apply only a plan with the hash that `plan --approval` has printed")
      .argParser(hash)
      .conflicts("replaceHost"),
  )
  .option("--replace-host", "replace the host by one from the newest system image; saves its log first")
  .action(deploy);
program
  .command("plan")
  .description("show what deploy would change; exit code 2 if there are changes")
  .option(...myIp)
  .option("--approval", "also print the hash of the plan, for deploy --plan; exit code 0 with changes, too")
  .action(plan);
program
  .command("destroy")
  .description("delete everything that the stage created")
  .option(...yes)
  .option("--unprotect", "also delete protected resources: the balancer, images and releases")
  .action(destroy);
program.command("bootstrap").description("make the S3 bucket for Terraform's state").action(bootstrap);
program
  .command("pipeline-roles")
  .description("create the IAM roles for the workflows of one GitHub repository")
  .requiredOption("--repository <owner/name>", "as GitHub's tokens name it")
  .option("--provider-exists", "the account trusts GitHub's OIDC provider already")
  .option(...yes)
  .action(pipelineRoles);
program
  .command("recover")
  .description("rebuild a lost state from the resources with the stage's tags")
  .option(...yes)
  .option(...myIp)
  .action(recover);
program
  .command("state")
  .description("move, unlock or restore the stage's state")
  .option(...yes)
  .addOption(
    new Option("--to <place>", "s3: the bucket of ANALYZE_STATE_BUCKET; local: cdktf/state/").choices(["s3", "local"]),
  )
  .option("--unlock", "remove the lock of a killed apply")
  .option("--restore", "save the state that an apply could not write")
  .action(changeState);
program
  .command("client-update")
  .description("deliver new client code or settings to the host, without replacing it")
  .option(...yes)
  .option(...myIp)
  .option("--to <sha256>", "go back to an earlier release", hash)
  .action(clientUpdate);
program
  .command("mirror")
  .description("copy third-party images into ECR, for a cluster without internet access")
  .action(mirror);
program.command("values").description("print values for the Helm chart, from the outputs of the stage").action(values);
program
  .command("chart")
  .description("install the Helm chart in the stage's cluster, behind its balancer")
  .option("--context <name>", "context of your kubeconfig; default: the AWS CLI finds the cluster")
  .option("--controller-chart <path>", "chart of the AWS Load Balancer Controller, if its repository cannot be reached")
  .option("--images <file>", "run the images of this record (npm run copy-images writes it) by digest")
  .option("--verify", "send one verified POST through the edge afterwards, and roll back where it is not answered")
  .action(chart);
program
  .command("cdktf")
  .description("the cdktf command line, on a Node version that it supports")
  .argument("[arguments...]")
  .allowUnknownOption()
  .passThroughOptions()
  .addHelpText("after", "\nThe help of that command line, which npm fetches: npm run cdktf -- help")
  .action(async (args: string[]) => {
    process.exitCode = await cdktf(args);
  });
