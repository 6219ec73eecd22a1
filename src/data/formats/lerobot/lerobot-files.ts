/** The file by which a LeRobot dataset is recognised; `lerobot-meta.ts` reads it. */
export const infoPath = "meta/info.json";
