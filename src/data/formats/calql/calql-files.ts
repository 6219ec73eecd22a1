/** The two files by which a `.calql` folder is recognised; `calql-layout.ts` describes what is in them. */
export const manifestFile = "manifest.json";
export const blocksFile = "blocks.u32";
