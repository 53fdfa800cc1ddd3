import { homedir } from "node:os";
import { expect, it } from "vitest";
import { awsEnvironment } from "./aws-environment.ts";

it("reads what AWS's SDKs read, and keeps secrets secret", () => {
  const read = awsEnvironment({
    AWS_ACCESS_KEY_ID: "A",
    AWS_SECRET_ACCESS_KEY: "canary",
    AWS_SESSION_TOKEN: "canary",
    AWS_REGION: "",
    AWS_DEFAULT_REGION: "eu-west-1",
    AWS_PROFILE: "work",
    AWS_CONFIG_FILE: "/etc/aws",
    AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://localhost/",
    AWS_CONTAINER_AUTHORIZATION_TOKEN: "canary",
    AWS_ROLE_ARN: "r",
    AWS_WEB_IDENTITY_TOKEN_FILE: "t",
    AWS_EC2_METADATA_DISABLED: "TRUE",
    HOME: "/home/ada",
  });
  expect(read).toMatchObject({
    accessKeyId: "A",
    region: "eu-west-1",
    profile: "work",
    credentialsFile: "/home/ada/.aws/credentials",
    configFile: "/etc/aws",
    containerUri: "http://localhost/",
    roleArn: "r",
    webIdentityTokenFile: "t",
    instanceMetadataDisabled: true,
  });
  expect([read.secretAccessKey?.reveal(), read.sessionToken?.reveal(), read.containerToken?.reveal()]).toEqual(
    Array(3).fill("canary"),
  );
  expect(JSON.stringify(read)).not.toContain("canary");
});

it("has a home where there is no environment", () => {
  expect(awsEnvironment({})).toMatchObject({
    accessKeyId: undefined,
    secretAccessKey: undefined,
    credentialsFile: expect.stringContaining(homedir()),
    instanceMetadataDisabled: false,
  });
});
