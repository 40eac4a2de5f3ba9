import { type Statement } from '@weft/postgres';
import { indexedDistance } from './approximate-vector-sql';
import { filterSql } from './metadata-filter-sql';
import { type IndexQuery } from './search-index';
import { vectorText } from './vector-text';

/** Of how many best passages of each part a hybrid search takes the union, where not more are asked for. */
const candidatesMin = 100;

/** How many of the best passages of each part a search looks at. */
export function candidateCount({ topK }: { topK: number }): number {
  return Math.max(candidatesMin, topK);
}

/** BM25's saturation of frequencies and its normalization of lengths. Source: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework". */
const k1 = 1.2;
const b = 0.75;

/**
 * The one statement of a search: both parts, their sum, and what is shown of the best passages.
 *
 * - Keywords: BM25 with exact document frequencies and average length over all chunks of the collections, whatever the filter.
 * - Vectors: exact cosine over every chunk that passes the filter; or, with `approximate`, over those that the index of vectors finds
 *   nearest. `near_count` then tells how many it found.
 * - Both: over the union of the best of each, BM25 divided by its maximum and cosine scaled from 0 at its minimum to 1 at its maximum,
 *   summed with the weights `1 - vectorWeight` and `vectorWeight`.
 *
 * It is written so that no plan is a bad one: a planner without statistics takes every table for a handful of rows and would join them
 * row by row. Where it could, there are windows, aggregates and a hashed subquery instead, whose time is that of sorting at worst.
 */
export function searchStatement(
  tenantId: string,
  query: IndexQuery,
  { approximate = false } = {},
): Statement {
  const values: unknown[] = [tenantId, query.collectionIds];
  const parameter: Parameter = (value) => `$${values.push(value)}`;
  const parts: string[] = [];
  const passes = passingDocuments(query, parameter, parts);
  const candidates = lazy(() => parameter(candidateCount(query)));
  if (query.terms !== undefined) parts.push(keywordParts(parameter(query.terms), passes, candidates()));
  parts.push(...vectorAndScoreParts(query, { passes, candidates, parameter, approximate }));
  const score = scoreSql(query, parameter);
  const text = `
    with ${parts.join(',')},
    ranked as (
      select document_id, ordinal, vector_score, keyword_score, ${score} as score from scored
      order by score desc, document_id, ordinal limit ${parameter(query.topK)}
    )
    select r.document_id, r.ordinal, r.score, r.vector_score, r.keyword_score, d.collection_id, d.uri, d.title, d.metadata,
      c.headings, c.text, c.start_offset, c.end_offset${approximate ? ', (select count(*)::int from best_vector) as near_count' : ''}
    from ranked r
    join chunks c on c.tenant_id = $1 and c.document_id = r.document_id and c.ordinal = r.ordinal
    join documents d on d.tenant_id = $1 and d.id = r.document_id
    order by r.score desc, r.document_id, r.ordinal`;
  return { text, values };
}

type Parameter = (value: unknown) => string;

/** A value made when it is first asked for: PostgreSQL takes no parameter that the text does not use. */
function lazy(make: () => string): () => string {
  let made: string | undefined;
  return () => (made ??= make());
}

function vectorAndScoreParts(
  query: IndexQuery,
  sql: { passes: string; candidates: () => string; parameter: Parameter; approximate: boolean },
): string[] {
  if (query.vector === undefined) return [`scored as (${scoredSql(query)})`];
  const vector = sql.parameter(vectorText(query.vector));
  return sql.approximate
    ? [nearestParts(query, vector, sql.passes), `scored as (${approximateScoredSql(query, vector)})`]
    : [vectorParts(vector, sql.passes, sql.candidates()), `scored as (${scoredSql(query)})`];
}

/** A condition on `document_id`; every row passes when there is no filter. */
function passingDocuments(query: IndexQuery, parameter: Parameter, parts: string[]): string {
  if (query.conditions.length === 0) return 'true';
  parts.push(`
    passing as materialized (
      select id from documents
      where tenant_id = $1 and collection_id = any($2::uuid[]) and ${filterSql(query.conditions, 'metadata', parameter)}
    )`);
  // `is true` keeps the planner from making a join of it, so that it is looked up in a hash table.
  return '(document_id in (select id from passing)) is true';
}

function keywordParts(terms: string, passes: string, candidates: string): string {
  return `
    corpus as (
      select greatest(sum(chunk_count), 1)::float8 as chunks,
        greatest(sum(term_count)::float8 / greatest(sum(chunk_count), 1), 1) as average_length
      from collections where tenant_id = $1 and id = any($2::uuid[])
    ),
    matched as (
      select document_id, ordinals, frequencies, lengths,
        sum(cardinality(ordinals)) over (partition by term)::float8 as chunks_with_term
      from postings where tenant_id = $1 and collection_id = any($2::uuid[]) and term = any(${terms}::text[])
    ),
    weighted as (
      select document_id, o.ordinal, o.frequency, o.length / average_length as relative_length,
        ln(1 + (greatest(chunks - chunks_with_term, 0) + 0.5) / (chunks_with_term + 0.5)) as weight
      from matched cross join corpus cross join lateral unnest(ordinals, frequencies, lengths) as o (ordinal, frequency, length)
      where ${passes}
    ),
    keyword as materialized (
      select document_id, ordinal, ${rounded(
        `sum(weight * frequency * ${k1 + 1} / (frequency + ${k1} * (${1 - b} + ${b} * relative_length)))`,
      )} as score
      from weighted group by document_id, ordinal
    ),
    best_keyword as (
      select document_id, ordinal, score from keyword order by score desc, document_id, ordinal limit ${candidates}
    )`;
}

function vectorParts(vector: string, passes: string, candidates: string): string {
  return `
    near as materialized (
      select document_id, ordinal, ${cosineSql(vector)} as score
      from chunk_vectors where tenant_id = $1 and collection_id = any($2::uuid[]) and ${passes}
    ),
    best_vector as (
      select document_id, ordinal, score from near order by score desc, document_id, ordinal limit ${candidates}
    )`;
}

/** What the index of vectors finds nearest. The limit stands in the text, for the plan depends on it. */
function nearestParts(query: IndexQuery, vector: string, passes: string): string {
  const { dimensions } = query;
  return `
    best_vector as materialized (
      select document_id, ordinal, ${cosineSql(vector)} as score
      from chunk_vectors
      where tenant_id = $1 and collection_id = any($2::uuid[]) and vector_dims(embedding) = ${dimensions} and ${passes}
      order by ${indexedDistance(dimensions, vector)} limit ${candidateCount(query)}
    )`;
}

/** As `scoredSql`, for the nearest: the best by keywords are looked up one by one, since no list of all cosines is there. */
function approximateScoredSql(query: IndexQuery, vector: string): string {
  if (query.terms === undefined) return scoredSql(query);
  return `
    select document_id, ordinal, max(vector_score) as vector_score, coalesce(max(keyword_score), 0) as keyword_score
    from (
      select document_id, ordinal, score as vector_score, null::float8 as keyword_score from best_vector
      union all
      select b.document_id, b.ordinal, v.score, null from best_keyword b cross join lateral (
        select ${cosineSql(vector)} as score from chunk_vectors c
        where c.tenant_id = $1 and c.document_id = b.document_id and c.ordinal = b.ordinal limit 1
      ) v
      union all
      select document_id, ordinal, null, score from keyword
    ) each_part
    group by document_id, ordinal
    having max(vector_score) is not null`;
}

// The cosine with a vector of zeros is not a number: such a passage is like no other.
function cosineSql(vector: string): string {
  return rounded(`coalesce(nullif(1 - (embedding <=> ${vector}::vector), 'NaN'), 0)`);
}

function scoredSql(query: IndexQuery): string {
  if (query.terms === undefined) {
    return 'select document_id, ordinal, score as vector_score, null::float8 as keyword_score from best_vector';
  }
  if (query.vector === undefined) {
    return 'select document_id, ordinal, null::float8 as vector_score, score as keyword_score from best_keyword';
  }
  return `
    select document_id, ordinal, coalesce(max(vector_score), 0) as vector_score, coalesce(max(keyword_score), 0) as keyword_score
    from (
      select document_id, ordinal, score as vector_score, null::float8 as keyword_score from near
      union all
      select document_id, ordinal, null, score from keyword
    ) each_part
    group by document_id, ordinal
    having ${isAmong('best_vector', 'max(vector_score)')} or ${isAmong('best_keyword', 'max(keyword_score)')}`;
}

/** Whether a passage comes no later than the last of the best, in their order. */
function isAmong(best: string, score: string): string {
  return `(-${score}, document_id, ordinal) <=
      (select -score, document_id, ordinal from ${best} order by score, document_id desc, ordinal desc limit 1)`;
}

function scoreSql(query: IndexQuery, parameter: Parameter): string {
  if (query.terms === undefined) return 'vector_score';
  if (query.vector === undefined) return 'keyword_score';
  const share = `${parameter(query.vectorWeight)}::float8`;
  const least = 'min(vector_score) over ()';
  const keyword = 'coalesce(keyword_score / nullif(max(keyword_score) over (), 0), 0)';
  const vector = `coalesce((vector_score - ${least}) / nullif(max(vector_score) over () - ${least}, 0), 1)`;
  return rounded(`(1 - ${share}) * ${keyword} + ${share} * ${vector}`);
}

/** The order in which a sum is taken changes its last digits, and with them the order of equal passages: six decimals are enough. */
function rounded(score: string): string {
  return `(round((${score}) * 1e6) / 1e6)`;
}
