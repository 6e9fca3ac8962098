import {
  DescribeImagesCommand,
  type ECRClient,
  GetAuthorizationTokenCommand,
  ImageNotFoundException,
} from "@aws-sdk/client-ecr";
import type { RegistryLogin } from "../../../deploy/images/docker.ts";

/** A login of twelve hours for this account's registry. */
export async function ecrLogin(ecr: ECRClient): Promise<RegistryLogin> {
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const { authorizationToken, proxyEndpoint } = authorizationData?.[0] ?? {};
  if (authorizationToken === undefined || proxyEndpoint === undefined) throw new Error("ECR gave no login.");
  const [user = "", password = ""] = Buffer.from(authorizationToken, "base64").toString("utf8").split(/:(.*)/s);
  return { registry: new URL(proxyEndpoint).host, user, password };
}

/** Whether the tag exists. Tags are immutable, so a push of an existing one fails. */
export async function hasImage(ecr: ECRClient, repositoryUrl: string, imageTag: string): Promise<boolean> {
  const repositoryName = repositoryUrl.slice(repositoryUrl.indexOf("/") + 1);
  try {
    await ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag }] }));
    return true;
  } catch (error) {
    if (error instanceof ImageNotFoundException) return false;
    throw error;
  }
}
