package dispute

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// The limits of a condition. A condition is text that somebody wrote: it may be
// long, deep or costly by mistake or on purpose.
const (
	maxConditionLength = 1000  // characters
	maxConditionDepth  = 24    // nested parentheses, calls and operators
	maxConditionNodes  = 400   // parts of the expression, with what macros make of it
	maxConditionCost   = 20000 // units of CEL's cost model, estimated and at run time
)

// conditionFunctions are what conditions may use of CEL's standard library: no
// regular expressions, no conversions, no indexing, nothing that reads a clock.
var conditionFunctions = []string{
	operators.Conditional, operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot,
	operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
	operators.Add, operators.Subtract, operators.Multiply, operators.Negate, operators.In, operators.NotStrictlyFalse,
	"size", "startsWith", "endsWith", "contains", "timestamp", "duration",
}

// conditionMacros quantify over lists.
var conditionMacros = []string{operators.All, operators.Exists}

// conditionEnv is the one typed environment of conditions: the facts of the table
// and the functions above.
var conditionEnv = sync.OnceValues(func() (*cel.Env, error) {
	functions := make([]*env.Function, 0, len(conditionFunctions))
	for _, name := range conditionFunctions {
		functions = append(functions, &env.Function{Name: name})
	}
	options := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(&env.LibrarySubset{IncludeFunctions: functions, IncludeMacros: conditionMacros})),
		cel.ParserExpressionSizeLimit(maxConditionLength),
		cel.ParserRecursionLimit(maxConditionDepth),
		cel.ParserErrorRecoveryLimit(4),
		cel.ExpressionNodeLimit(maxConditionNodes),
		cel.ASTValidators(cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateComprehensionNestingLimit(2)),
	}
	for _, f := range policyFacts {
		options = append(options, cel.Variable(f.Name, celTypes[f.Type]))
	}
	return cel.NewCustomEnv(options...)
})

var celTypes = map[FactType]*cel.Type{
	FactBool: cel.BoolType, FactInt: cel.IntType, FactText: cel.StringType,
	FactTexts: cel.ListType(cel.StringType), FactTime: cel.TimestampType,
}

// celCondition is a condition as a CEL program.
type celCondition struct{ program cel.Program }

// compileCondition compiles one condition, or says what is wrong with it.
func compileCondition(when string) (c condition, problems []conditionProblem) {
	defer func() {
		if r := recover(); r != nil { // a mistake of the parser is not one of ours to pass on
			c, problems = nil, []conditionProblem{{1, 1, "expected a condition, found something that cannot be read"}}
		}
	}()
	if n := utf8.RuneCountInString(when); n > maxConditionLength {
		return nil, []conditionProblem{{1, 1, fmt.Sprintf("expected a condition of at most %d characters, found %d", maxConditionLength, n)}}
	}
	e, err := conditionEnv()
	if err != nil {
		return nil, []conditionProblem{{1, 1, err.Error()}}
	}
	checked, issues := e.Compile(when)
	if issues.Err() != nil {
		return nil, celProblems(issues)
	}
	if checked.OutputType() != cel.BoolType {
		return nil, []conditionProblem{{1, 1, fmt.Sprintf("expected a condition that is true or false, found a value of type %s", checked.OutputType())}}
	}
	if problems = append(unknownValues(checked.NativeRep()), unguardedFacts(checked.NativeRep())...); len(problems) > 0 {
		return nil, problems
	}
	estimate, err := e.EstimateCost(checked, factSizes{})
	if err != nil || estimate.Max > maxConditionCost {
		return nil, []conditionProblem{{1, 1, fmt.Sprintf("expected a condition that costs at most %d, found one that may cost %d", maxConditionCost, estimate.Max)}}
	}
	program, err := e.Program(checked, cel.CostLimit(maxConditionCost), cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, []conditionProblem{{1, 1, err.Error()}}
	}
	return celCondition{program}, nil
}

// evaluate runs the program; too high a cost is an error.
func (p celCondition) evaluate(c *Case, zone *time.Location) (holds bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			holds, err = false, fmt.Errorf("condition: %v", r)
		}
	}()
	out, _, err := p.program.Eval(caseActivation{c, zone})
	return err == nil && out == types.True, err
}

// caseActivation looks facts of a case up as an expression asks for them.
type caseActivation struct {
	c    *Case
	zone *time.Location
}

// ResolveName finds a fact.
func (a caseActivation) ResolveName(name string) (any, bool) {
	fact, ok := policyFactNames[name]
	if !ok {
		return nil, false
	}
	return fact.value(a.c, a.zone), true
}

// Parent is nil: there is nothing but the table.
func (a caseActivation) Parent() cel.Activation { return nil }

// celProblems writes CEL's complaints as ours.
func celProblems(issues *cel.Issues) []conditionProblem {
	problems := make([]conditionProblem, 0, len(issues.Errors()))
	for _, e := range issues.Errors() {
		message := strings.TrimPrefix(e.Message, "Syntax error: ")
		if name, found := strings.CutPrefix(message, "undeclared reference to '"); found {
			name, _, _ = strings.Cut(name, "'")
			message = fmt.Sprintf("there is no fact or function %q%s", name, nearestHint(name, conditionNames()))
		}
		if rest, found := strings.CutPrefix(message, "found no matching overload for '"); found {
			op, args, _ := strings.Cut(rest, "' applied to ")
			message = fmt.Sprintf("%s does not fit %s", plainOperator(op), strings.Trim(args, "'"))
		}
		problems = append(problems, conditionProblem{Line: max(e.Location.Line(), 1), Column: max(e.Location.Column(), 0) + 1, Message: message})
	}
	return problems
}

func conditionNames() []string {
	names := make([]string, 0, len(policyFacts)+len(conditionFunctions))
	for _, f := range policyFacts {
		names = append(names, f.Name)
	}
	return append(names, "size", "startsWith", "endsWith", "contains", "timestamp", "duration", "all", "exists")
}

// plainOperator turns "_==_" into "==".
func plainOperator(op string) string { return strings.Trim(strings.ReplaceAll(op, "@", ""), "_") }

// unknownValues finds texts that a fact with a fixed set of values is compared
// with, but can never have: a slip of the pen that CEL's types do not see.
func unknownValues(tree *ast.AST) (problems []conditionProblem) {
	check := func(fact, literal ast.Expr) {
		for _, value := range textLiterals(literal) {
			known := policyFactNames[factName(fact)].Values
			text, isText := value.AsLiteral().Value().(string)
			if len(known) == 0 || !isText || text == "" || slices.Contains(known, text) {
				continue
			}
			at := tree.SourceInfo().GetStartLocation(value.ID())
			problems = append(problems, conditionProblem{Line: max(at.Line(), 1), Column: max(at.Column(), 0) + 1,
				Message: fmt.Sprintf("expected one of %s, found %q", strings.Join(known, ", "), text)})
		}
	}
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		call := e.AsCall()
		switch args := call.Args(); call.FunctionName() {
		case operators.Equals, operators.NotEquals, operators.In:
			if len(args) == 2 {
				check(args[0], args[1])
				check(args[1], args[0])
			}
		}
	}))
	return problems
}

// factName is the fact that an expression names, "" for anything else.
func factName(e ast.Expr) string {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent()
	case ast.SelectKind: // an unresolved qualified name
		if operand := factName(e.AsSelect().Operand()); operand != "" {
			return operand + "." + e.AsSelect().FieldName()
		}
	}
	return ""
}

// textLiterals are the texts that an expression is or lists.
func textLiterals(e ast.Expr) []ast.Expr {
	switch e.Kind() {
	case ast.LiteralKind:
		if _, ok := e.AsLiteral().Value().(string); ok {
			return []ast.Expr{e}
		}
	case ast.ListKind:
		var all []ast.Expr
		for _, element := range e.AsList().Elements() {
			all = append(all, textLiterals(element)...)
		}
		return all
	}
	return nil
}

// factSizes tells CEL's cost model how large facts can be.
type factSizes struct{}

// EstimateSize bounds lists by the elements that a fact may have, and texts by
// the longest id.
func (factSizes) EstimateSize(element cost.AstNode) *cost.SizeEstimate {
	switch element.Type().Kind() {
	case types.ListKind:
		return &cost.SizeEstimate{Min: 0, Max: factElements}
	case types.StringKind:
		return &cost.SizeEstimate{Min: 0, Max: MaxIDLength}
	}
	return nil
}

// EstimateCallCost leaves calls to the standard model.
func (factSizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}
