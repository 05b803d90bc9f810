/*
 * What of the SDK's client for SNS is used: loading the package itself, and by name later, would put all of it into each
 * bundle, which is 9 KB more.
 */
export {
  PublishCommand,
  paginateListSubscriptionsByTopic,
  paginateListTopics,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
