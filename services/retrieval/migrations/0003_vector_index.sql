-- Approximate search of big collections, on a PostgreSQL server alone: building the graphs takes the embedded engine too long.
-- The column has vectors of any length, so each length gets a partial index of its own, when the first document with that length comes.
-- The service's role owns nothing and so cannot make an index: this function does it, as the owner.
do $migration$
begin
  if current_setting('weft.engine', true) is distinct from 'server' then
    return;
  end if;
  execute format(
    $create$
      create function %1$I.weft_vector_index(dimensions integer) returns boolean
      language plpgsql security definer set search_path = pg_catalog, pg_temp as $function$
      declare
        index_name constant text := format('chunk_vectors_hnsw_%%s', dimensions);
        -- pgvector indexes 2,000 numbers of four bytes and 4,000 of two.
        element constant text := case when dimensions <= 2000 then 'vector' else 'halfvec' end;
      begin
        if dimensions is null or dimensions not between 1 and 4000 then
          return false;
        end if;
        perform pg_advisory_xact_lock(hashtextextended(%2$L, 0));
        if to_regclass(format('%%I.%%I', %3$L, index_name)) is null then
          execute format(
            'create index %%I on %%I.chunk_vectors using hnsw ((embedding::public.%%s(%%s)) public.%%s_cosine_ops) where public.vector_dims(embedding) = %%s',
            index_name, %3$L, element, dimensions, element, dimensions
          );
        end if;
        return true;
      end $function$
    $create$,
    current_schema(), 'weft:vector_index:' || current_schema(), current_schema()
  );
  execute format('revoke all on function %I.weft_vector_index(integer) from public', current_schema());
  execute format('grant execute on function %I.weft_vector_index(integer) to %I', current_schema(), 'weft_' || current_schema());
end $migration$;
