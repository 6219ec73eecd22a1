/** The names of ManiSkill's episodes, apart from the reader, because recognising a file needs no more. */
export const trajectory = /^traj_(\d{1,9})$/;
