/** The version of this package, as written into run folders; a test keeps it equal to package.json's. */
export const version = "0.1.0";
