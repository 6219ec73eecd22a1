/** The file by which a LeRobot data set is recognised; `lerobot-meta.ts` reads it. */
export const infoPath = "meta/info.json";
