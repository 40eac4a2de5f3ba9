import { type Statement } from '@weft/postgres';
import { filterSql } from './metadata-filter-sql';
import { type IndexQuery } from './search-index';
import { vectorText } from './vector-text';

/** Of how many best passages of each part a hybrid search takes the union, where not more are asked for. */
const candidatesMin = 100;
/** BM25's saturation of frequencies and its normalization of lengths. Source: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework". */
const k1 = 1.2;
const b = 0.75;

/**
 * The one statement of a search: both parts, their sum, and what is shown of the best passages.
 *
 * - Keywords: BM25 with exact document frequencies and average length over all chunks of the collections, whatever the filter.
 * - Vectors: exact cosine over every chunk that passes the filter.
 * - Both: over the union of the best of each, BM25 divided by its maximum and cosine scaled from 0 at its minimum to 1 at its maximum,
 *   summed with the weights `1 - vectorWeight` and `vectorWeight`.
 */
export function searchStatement(tenantId: string, query: IndexQuery): Statement {
  const values: unknown[] = [tenantId, query.collectionIds];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const passes = passingDocuments(query, parameter);
  const candidates = parameter(Math.max(candidatesMin, query.topK));
  const parts: string[] = [];
  if (query.terms !== undefined) parts.push(keywordParts(parameter(query.terms), passes, candidates));
  if (query.vector !== undefined)
    parts.push(vectorParts(parameter(vectorText(query.vector)), passes, candidates));
  const score = scoreSql(query, () => `${parameter(query.vectorWeight)}::float8`);
  const text = `
    with ${parts.join(',')},
    scored as (${scoredSql(query)}),
    ranked as (
      select document_id, ordinal, vector_score, keyword_score, ${score} as score from scored
      order by score desc, document_id, ordinal limit ${parameter(query.topK)}
    )
    select r.document_id, r.ordinal, r.score, r.vector_score, r.keyword_score, o.name as collection, d.uri, d.title, d.metadata,
      c.headings, c.text, c.start_offset, c.end_offset
    from ranked r
    join chunks c on c.tenant_id = $1 and c.document_id = r.document_id and c.ordinal = r.ordinal
    join documents d on d.tenant_id = $1 and d.id = r.document_id
    join collections o on o.tenant_id = $1 and o.id = d.collection_id
    order by r.score desc, r.document_id, r.ordinal`;
  return { text, values };
}

/** A condition on `document_id`; every row passes when there is no filter. */
function passingDocuments(query: IndexQuery, parameter: (value: unknown) => string): string {
  if (query.conditions.length === 0) return 'true';
  return `document_id in (select id from documents
    where tenant_id = $1 and collection_id = any($2::uuid[]) and ${filterSql(query.conditions, 'metadata', parameter)})`;
}

function keywordParts(terms: string, passes: string, candidates: string): string {
  return `
    corpus as (
      select greatest(sum(chunk_count), 1)::float8 as chunks,
        greatest(sum(term_count)::float8 / greatest(sum(chunk_count), 1), 1) as average_length
      from collections where tenant_id = $1 and id = any($2::uuid[])
    ),
    matched as materialized (
      select term, document_id, ordinals, frequencies, lengths from postings
      where tenant_id = $1 and collection_id = any($2::uuid[]) and term = any(${terms}::text[])
    ),
    weights as (
      select term, ln(1 + (greatest(chunks - frequency, 0) + 0.5) / (frequency + 0.5)) as weight
      from (select term, sum(cardinality(ordinals))::float8 as frequency from matched group by term) t cross join corpus
    ),
    keyword as materialized (
      select document_id, o.ordinal, ${rounded(`sum(
        weight * o.frequency * ${k1 + 1} / (o.frequency + ${k1} * (${1 - b} + ${b} * o.length / average_length)))`)} as score
      from matched join weights using (term) cross join corpus
        cross join lateral unnest(ordinals, frequencies, lengths) as o (ordinal, frequency, length)
      where ${passes}
      group by document_id, o.ordinal
    ),
    best_keyword as (
      select document_id, ordinal from keyword order by score desc, document_id, ordinal limit ${candidates}
    )`;
}

// The cosine with a vector of zeros is not a number: such a passage is like no other.
function vectorParts(vector: string, passes: string, candidates: string): string {
  return `
    near as materialized (
      select document_id, ordinal, ${rounded(`coalesce(nullif(1 - (embedding <=> ${vector}::vector), 'NaN'), 0)`)} as score
      from chunk_vectors where tenant_id = $1 and collection_id = any($2::uuid[]) and ${passes}
    ),
    best_vector as (
      select document_id, ordinal from near order by score desc, document_id, ordinal limit ${candidates}
    )`;
}

function scoredSql(query: IndexQuery): string {
  if (query.terms === undefined) {
    return `select document_id, ordinal, score as vector_score, null::float8 as keyword_score
      from best_vector join near using (document_id, ordinal)`;
  }
  if (query.vector === undefined) {
    return `select document_id, ordinal, null::float8 as vector_score, score as keyword_score
      from best_keyword join keyword using (document_id, ordinal)`;
  }
  return `select document_id, ordinal, coalesce(n.score, 0) as vector_score, coalesce(k.score, 0) as keyword_score
    from (select * from best_keyword union select * from best_vector) u
    left join near n using (document_id, ordinal) left join keyword k using (document_id, ordinal)`;
}

function scoreSql(query: IndexQuery, weight: () => string): string {
  if (query.terms === undefined) return 'vector_score';
  if (query.vector === undefined) return 'keyword_score';
  const share = weight();
  const least = 'min(vector_score) over ()';
  const keyword = 'coalesce(keyword_score / nullif(max(keyword_score) over (), 0), 0)';
  const vector = `coalesce((vector_score - ${least}) / nullif(max(vector_score) over () - ${least}, 0), 1)`;
  return rounded(`(1 - ${share}) * ${keyword} + ${share} * ${vector}`);
}

/** The order in which a sum is taken changes its last digits, and with them the order of equal passages: six decimals are enough. */
function rounded(score: string): string {
  return `(round((${score}) * 1e6) / 1e6)`;
}
