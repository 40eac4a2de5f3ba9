// Asks Prometheus' own parser and engine: whether expressions and rules can be read, and what an expression yields on given series.
// Reads a question from stdin as JSON and writes the answers to stdout.
package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

type question struct {
	// Expressions to parse.
	Expressions []string `json:"expressions"`
	// A file of rules; empty asks for none.
	Rules string `json:"rules"`
	// Expressions to evaluate, once a minute.
	Evaluations []evaluation `json:"evaluations"`
}

type evaluation struct {
	Expression string   `json:"expression"`
	Series     []series `json:"series"`
	Minutes    int      `json:"minutes"`
}

type series struct {
	// Such as `up{job="a"}`.
	Name string `json:"name"`
	// One a minute; null where there is none.
	Values []*float64 `json:"values"`
}

type answers struct {
	// What is wrong with each expression; empty where nothing is.
	Expressions []string `json:"expressions"`
	// What is wrong with the rules.
	Rules []string `json:"rules"`
	// For each evaluation and minute: the samples that it yields.
	Evaluations [][][]result `json:"evaluations"`
}

type result struct {
	Labels map[string]string `json:"labels"`
	Value  float64           `json:"value"`
}

func main() {
	var asked question
	must(json.NewDecoder(os.Stdin).Decode(&asked))
	told := answers{Expressions: []string{}, Rules: []string{}, Evaluations: [][][]result{}}
	for _, expression := range asked.Expressions {
		told.Expressions = append(told.Expressions, problemOf(expression))
	}
	if asked.Rules != "" {
		_, problems := rulefmt.Parse([]byte(asked.Rules), false)
		for _, problem := range problems {
			told.Rules = append(told.Rules, problem.Error())
		}
	}
	engine := promql.NewEngine(promql.EngineOpts{
		Logger:        slog.New(slog.DiscardHandler),
		MaxSamples:    1_000_000,
		Timeout:       time.Minute,
		LookbackDelta: 5 * time.Minute,
	})
	for _, each := range asked.Evaluations {
		told.Evaluations = append(told.Evaluations, evaluate(engine, each))
	}
	must(json.NewEncoder(os.Stdout).Encode(told))
}

func problemOf(expression string) string {
	if _, err := parser.ParseExpr(expression); err != nil {
		return err.Error()
	}
	return ""
}

func evaluate(engine *promql.Engine, asked evaluation) [][]result {
	store := inMemory{}
	for _, each := range asked.Series {
		name, err := parser.ParseMetric(each.Name)
		must(err)
		samples := []chunks.Sample{}
		for minute, value := range each.Values {
			if value != nil {
				samples = append(samples, sample{timeOf(minute).UnixMilli(), *value})
			}
		}
		store.series = append(store.series, storage.NewListSeries(name, samples))
	}
	minutes := [][]result{}
	for minute := range asked.Minutes {
		query, err := engine.NewInstantQuery(context.Background(), store, nil, asked.Expression, timeOf(minute))
		must(err)
		vector, err := query.Exec(context.Background()).Vector()
		must(err)
		results := []result{}
		for _, each := range vector {
			results = append(results, result{each.Metric.Map(), each.F})
		}
		minutes = append(minutes, results)
	}
	return minutes
}

func timeOf(minute int) time.Time {
	return time.Unix(1_700_000_000, 0).Add(time.Duration(minute) * time.Minute)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Series that are there as they are.
type inMemory struct{ series []storage.Series }

func (store inMemory) Querier(_, _ int64) (storage.Querier, error) { return store, nil }

func (store inMemory) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	selected := []storage.Series{}
	for _, each := range store.series {
		if matches(each.Labels(), matchers) {
			selected = append(selected, each)
		}
	}
	return &seriesSet{series: selected}
}

func (inMemory) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (inMemory) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (inMemory) Close() error { return nil }

func matches(name labels.Labels, matchers []*labels.Matcher) bool {
	for _, matcher := range matchers {
		if !matcher.Matches(name.Get(matcher.Name)) {
			return false
		}
	}
	return true
}

type seriesSet struct {
	series  []storage.Series
	current storage.Series
}

func (set *seriesSet) Next() bool {
	if len(set.series) == 0 {
		return false
	}
	set.current, set.series = set.series[0], set.series[1:]
	return true
}

func (set *seriesSet) At() storage.Series                { return set.current }
func (set *seriesSet) Err() error                        { return nil }
func (set *seriesSet) Warnings() annotations.Annotations { return nil }

type sample struct {
	time  int64
	value float64
}

func (s sample) T() int64                      { return s.time }
func (s sample) F() float64                    { return s.value }
func (s sample) H() *histogram.Histogram       { return nil }
func (s sample) FH() *histogram.FloatHistogram { return nil }
func (s sample) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (s sample) Copy() chunks.Sample           { return s }
