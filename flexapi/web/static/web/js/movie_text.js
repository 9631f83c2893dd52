/** What a pasted text says of a movie: an address of IMDb or TMDb, an id, or what their apps share. */

const IMDB = /(?<![a-z0-9])tt\d{7,10}(?!\d)/i;
const TMDB = /(?:themoviedb|tmdb)\.org\/movie\/(\d{1,10})(?:-([a-z0-9-]+))?/i;
const TITLE_AND_YEAR = /^\s*(.*\S)\s*\((?:[^()]*\D)?((?:18|19|20|21)\d\d)\)/;

const titleOf = (slug) => slug.split("-").filter(Boolean).map((word) => word[0].toUpperCase() + word.slice(1)).join(" ");

/** "Fight Club (1999)" as title and year; null where there is no year. */
export function titleAndYear(text) {
  const found = TITLE_AND_YEAR.exec(text);
  return found && { title: found[1], year: Number(found[2]) };
}

/** What is known of the movie: those of `title`, `year`, `imdb_id` and `tmdb_id` that the text holds. */
export function movieIn(text) {
  const [link] = /https?:\/\/\S+/.exec(text) ?? [""];
  const movie = titleAndYear(text.replace(link, " ")) ?? {};
  const imdb = IMDB.exec(text);
  if (imdb) movie.imdb_id = imdb[0].toLowerCase();
  const tmdb = TMDB.exec(text);
  if (tmdb) {
    movie.tmdb_id = Number(tmdb[1]);
    if (tmdb[2]) movie.title ??= titleOf(tmdb[2]);
  }
  return movie;
}
