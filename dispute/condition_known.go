package dispute

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
)

// unguardedFacts finds numbers and instants that a condition compares though it does
// not ask whether they are known: unknown they would count as 0, or as the year 1.
func unguardedFacts(tree *ast.AST) (problems []conditionProblem) {
	asked := map[string]bool{}
	var compared []ast.Expr
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		name := factName(e)
		asked[name] = true
		if fact, ok := policyFactNames[name]; ok && fact.guard() != "" {
			compared = append(compared, e)
		}
	}))
	told := map[string]bool{}
	for _, e := range compared {
		fact := policyFactNames[factName(e)]
		if asked[fact.guard()] || told[fact.guard()] {
			continue
		}
		told[fact.guard()] = true
		at := tree.SourceInfo().GetStartLocation(e.ID())
		problems = append(problems, conditionProblem{Line: max(at.Line(), 1), Column: max(at.Column(), 0) + 1,
			Message: fmt.Sprintf("expected %s in the condition too: an unknown %s is %s", fact.guard(), fact.Name, unknownAs[fact.Type])})
	}
	return problems
}

// unknownAs are the values of facts that nobody knows, of the types that mislead.
var unknownAs = map[FactType]string{FactInt: "0", FactTime: "in the year 1"}

// guard is the fact that says whether this one is known; "" for one that is always
// known, or whose value says itself that it is not.
func (f PolicyFact) guard() string {
	group, _, grouped := strings.Cut(f.Name, ".")
	known := group + ".known"
	if !grouped || unknownAs[f.Type] == "" || !slices.ContainsFunc(policyFacts, func(g PolicyFact) bool { return g.Name == known }) {
		return ""
	}
	return known
}
