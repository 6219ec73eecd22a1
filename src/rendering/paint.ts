/**
 * The colour of each geom of a model: one paint per geom; by default the geom's own colour.
 */
import type { Simulation } from "../physics/mujoco.js";
import type { Colour } from "./frame.js";

export interface Paint {
  readonly colour: Colour;
  /** A chequerboard over the world's x and y: the other colour, and the edge of a square in metres. */
  readonly checker?: { readonly colour: Colour; readonly size: number };
}

/** What is known of a geom when its paint is chosen; names are empty where the model gives none. */
export interface GeomDescription {
  readonly name: string;
  readonly body: string;
  /** The model's own colour. */
  readonly colour: Colour;
}

/** How a model is shown. */
export interface Look {
  /** Chooses a geom's paint; undefined for the model's own colour. */
  readonly paint?: (geom: GeomDescription) => Paint | undefined;
  /** Groups of geoms, 0 to 5, that are not shown. */
  readonly hiddenGroups?: readonly number[];
}

/** The paint of every geom of a model, by number. */
export function paintsOf(simulation: Simulation, { paint }: Look): Paint[] {
  return simulation.inspect((model, api) => {
    const names = model.names as Uint8Array;
    // MuJoCo's answer for a thing without a name is no text at all, which the bindings turn into rubbish.
    const nameOf = (type: number, index: number, place: number) =>
      names[place] === 0 ? "" : api.mj_id2name(model, type, index);
    const { mjOBJ_GEOM, mjOBJ_BODY } = api.mjtObj;
    const rgba = model.geom_rgba as Float32Array;
    return Array.from({ length: model.ngeom }, (_, geom) => {
      const channel = (index: number) => Math.round(255 * rgba[4 * geom + index]!);
      const colour: Colour = [channel(0), channel(1), channel(2)];
      const bodyIndex = (model.geom_bodyid as Int32Array)[geom]!;
      const name = nameOf(mjOBJ_GEOM.value, geom, (model.name_geomadr as Int32Array)[geom]!);
      const body = nameOf(mjOBJ_BODY.value, bodyIndex, (model.name_bodyadr as Int32Array)[bodyIndex]!);
      return paint?.({ name, body, colour }) ?? { colour };
    });
  });
}
