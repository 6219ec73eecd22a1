/** Pictures in a log are refused by what they are, and the next step reads them. */
import { expect, test } from "vitest";
import { filesInMemory } from "../../containers/files.js";
import { loadDataset } from "../../episode-source.js";
import { recogniseFormat } from "../formats.js";
import { npzOf } from "../npy.fixture.js";
import { logRow, readRows } from "./log.fixture.js";

const pixels = [
  [[1], [2]],
  [[3], [4]],
];
const base64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC";

test.each([
  [base64, "a picture as text (PNG or JPEG in base64)"],
  [`data:image/png;base64,${base64}`, "a picture as text"],
  ["/9j/4AAQSkZJRg==", "a picture as text"],
  [pixels, "is a list of lists, as pictures are"],
])("%s", async (observation, told) => {
  const rows = [0, 1].map((step) => logRow("a", step, { observation, terminated: step === 1 }));
  const error = await readRows(rows).catch((reason: unknown) => reason as Error);
  expect((error as Error).message).toContain(told);
  expect((error as Error).message).toMatch(/line 1: column "observation".* in an \.npz \(see "Pictures" in docs/);
});

test("as the refusal says: an array of bytes in an .npz, the ends beside it", async () => {
  const files = filesInMemory(
    "pictures.npz",
    npzOf({
      observations: [[2, 2, 2, 1], Uint8Array.of(...pixels.flat(2), 5, 6, 7, 8)],
      actions: [
        [2, 1],
        [0.5, 0.5],
      ],
      rewards: [[2], [0, 1]],
      terminals: [[2], [0, 1]],
    }),
  );
  const { observations, episodes } = await loadDataset(await (await recogniseFormat(files)).open(files, {}));
  expect(observations).toEqual({ image: { type: "uint8", shape: [2, 2, 1] } });
  expect([...episodes[0]!.observations.image!]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 5, 6, 7, 8]);
});
