/** The names of robomimic's demonstrations, apart from the reader, because recognising a file needs no more. */
export const demonstration = /^demo_?(\d{1,9})$/;
