package devstack

import (
	"context"
	"embed"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store"
)

// seeds are a handful of articles, so that a search on a fresh machine finds something.
//
//go:embed articles/*.yaml
var seeds embed.FS

// seed is an article as its file has it; the file's name is its id.
type seed struct {
	Reasons []dispute.Reason `yaml:"reasons"`
	Texts   []struct {
		Language string `yaml:"language"`
		Title    string `yaml:"title"`
		Body     string `yaml:"body"`
	} `yaml:"texts"`
}

// seedArticles reads them.
func seedArticles() ([]dispute.ArticleVersion, error) {
	files, err := seeds.ReadDir("articles")
	if err != nil {
		return nil, fmt.Errorf("reading the articles: %w", err)
	}
	var all []dispute.ArticleVersion
	for _, f := range files {
		data, err := seeds.ReadFile(path.Join("articles", f.Name()))
		if err != nil {
			return nil, fmt.Errorf("reading the articles: %w", err)
		}
		var s seed
		if err := yaml.UnmarshalWithOptions(data, &s, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("article %s: %w", f.Name(), err)
		}
		a := dispute.ArticleVersion{ArticleID: "art_" + strings.TrimSuffix(f.Name(), ".yaml"), Reasons: s.Reasons}
		for _, t := range s.Texts {
			a.Texts = append(a.Texts, dispute.ArticleText{Language: t.Language, Title: t.Title, Body: t.Body})
		}
		if wrong := dispute.ValidateArticle(a); wrong != nil {
			return nil, fmt.Errorf("article %s: %w", f.Name(), wrong)
		}
		all = append(all, a)
	}
	return all, nil
}

// articles publishes those that are not there yet; what somebody made of them since stays.
func (s *stack) articles(ctx context.Context) (string, error) {
	all, err := seedArticles()
	if err != nil {
		return "", err
	}
	record, err := store.Open(ctx, s.settings.DatabaseURL)
	if err != nil {
		return "", fmt.Errorf("opening the database: %w", err)
	}
	defer record.Close()
	now := time.Now().UTC()
	for _, a := range all {
		by := dispute.System
		a.WrittenBy, a.WrittenAt = &by, now
		kept, err := record.AddArticle(ctx, a, "seed", true)
		if err == nil && kept.State == dispute.ArticleDraft {
			_, err = record.SetArticleState(ctx, kept.ArticleID, kept.Version, dispute.ArticlePublished, by, now)
		}
		if err != nil {
			return "", fmt.Errorf("article %s: %w", a.ArticleID, err)
		}
	}
	return fmt.Sprintf("%d to search, e.g. GET /v1/articles?q=退款", len(all)), nil
}
