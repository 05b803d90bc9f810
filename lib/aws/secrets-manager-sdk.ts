/*
 * What reading a secret needs of the SDK's client for Secrets Manager: loading the package itself, and by name later,
 * would put all of it into bundles that do no more.
 */
export { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
