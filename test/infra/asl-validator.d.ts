// The package has no types of its own.
declare module "asl-validator" {
  const validate: (definition: object) => { isValid: boolean; errorsText: () => string };
  export default validate;
}
