#include "coordinator/discovery/text/syntax.h"

#include <tree_sitter/tree-sitter-python.h>

#include <array>
#include <cstring>
#include <vector>

namespace fastest::discovery {
namespace {

struct KindName {
  const char* name;
  Kind kind;
};

constexpr KindName kKindNames[] = {
    {"aliased_import", Kind::kAliasedImport},
    {"argument_list", Kind::kArgumentList},
    {"as_pattern_target", Kind::kAsPatternTarget},
    {"assert_statement", Kind::kAssertStatement},
    {"assignment", Kind::kAssignment},
    {"attribute", Kind::kAttribute},
    {"augmented_assignment", Kind::kAugmentedAssignment},
    {"binary_operator", Kind::kBinaryOperator},
    {"block", Kind::kBlock},
    {"boolean_operator", Kind::kBooleanOperator},
    {"call", Kind::kCall},
    {"class_definition", Kind::kClassDefinition},
    {"comment", Kind::kComment},
    {"comparison_operator", Kind::kComparisonOperator},
    {"concatenated_string", Kind::kConcatenatedString},
    {"conditional_expression", Kind::kConditionalExpression},
    {"decorated_definition", Kind::kDecoratedDefinition},
    {"decorator", Kind::kDecorator},
    {"delete_statement", Kind::kDeleteStatement},
    {"dictionary", Kind::kDictionary},
    {"dictionary_comprehension", Kind::kDictionaryComprehension},
    {"dictionary_splat", Kind::kDictionarySplat},
    {"dotted_name", Kind::kDottedName},
    {"elif_clause", Kind::kElifClause},
    {"ellipsis", Kind::kEllipsis},
    {"else_clause", Kind::kElseClause},
    {"exec_statement", Kind::kExecStatement},
    {"expression_list", Kind::kExpressionList},
    {"expression_statement", Kind::kExpressionStatement},
    {"false", Kind::kFalse},
    {"float", Kind::kFloat},
    {"for_statement", Kind::kForStatement},
    {"function_definition", Kind::kFunctionDefinition},
    {"identifier", Kind::kIdentifier},
    {"if_statement", Kind::kIfStatement},
    {"import_from_statement", Kind::kImportFromStatement},
    {"import_statement", Kind::kImportStatement},
    {"integer", Kind::kInteger},
    {"keyword_argument", Kind::kKeywordArgument},
    {"lambda", Kind::kLambda},
    {"list", Kind::kList},
    {"list_comprehension", Kind::kListComprehension},
    {"list_pattern", Kind::kListPattern},
    {"list_splat", Kind::kListSplat},
    {"named_expression", Kind::kNamedExpression},
    {"none", Kind::kNone},
    {"not_operator", Kind::kNotOperator},
    {"pair", Kind::kPair},
    {"parenthesized_expression", Kind::kParenthesized},
    {"pass_statement", Kind::kPassStatement},
    {"pattern_list", Kind::kPatternList},
    {"print_statement", Kind::kPrintStatement},
    {"raise_statement", Kind::kRaiseStatement},
    {"relative_import", Kind::kRelativeImport},
    {"set", Kind::kSet},
    {"set_comprehension", Kind::kSetComprehension},
    {"slice", Kind::kSlice},
    {"string", Kind::kString},
    {"subscript", Kind::kSubscript},
    {"true", Kind::kTrue},
    {"try_statement", Kind::kTryStatement},
    {"tuple", Kind::kTuple},
    {"tuple_pattern", Kind::kTuplePattern},
    {"type_alias_statement", Kind::kTypeAliasStatement},
    {"unary_operator", Kind::kUnaryOperator},
    {"wildcard_import", Kind::kWildcardImport},
    {"with_statement", Kind::kWithStatement},
};

// In the order of Field.
constexpr std::string_view kFieldNames[] = {
    "alias",      "alternative", "arguments", "attribute", "body",         "condition", "consequence",
    "definition", "function",    "key",       "left",      "module_name",  "name",      "object",
    "operator",   "argument",    "right",     "subscript", "superclasses", "value",
};

// The grammar's numbers for the names above. Looked up once.
struct Grammar {
  std::vector<Kind> kinds;
  std::array<TSFieldId, std::size(kFieldNames)> fields;

  Grammar() : kinds(ts_language_symbol_count(tree_sitter_python()), Kind::kOther) {
    const TSLanguage* const language = tree_sitter_python();
    for (uint32_t symbol = 0; symbol < kinds.size(); ++symbol) {
      if (ts_language_symbol_type(language, static_cast<TSSymbol>(symbol)) != TSSymbolTypeRegular) continue;
      const char* const name = ts_language_symbol_name(language, static_cast<TSSymbol>(symbol));
      for (const KindName& known : kKindNames) {
        if (strcmp(known.name, name) == 0) kinds[symbol] = known.kind;
      }
    }
    for (size_t i = 0; i < fields.size(); ++i) {
      fields[i] =
          ts_language_field_id_for_name(language, kFieldNames[i].data(), static_cast<uint32_t>(kFieldNames[i].size()));
    }
  }
};

const Grammar& TheGrammar() {
  static const Grammar& grammar = *new Grammar();
  return grammar;
}

}  // namespace

Kind Node::kind() const {
  const TSSymbol symbol = ts_node_symbol(node_);
  const std::vector<Kind>& kinds = TheGrammar().kinds;
  // The number of ERROR is beyond those of the grammar.
  return symbol < kinds.size() ? kinds[symbol] : Kind::kOther;
}

Node Node::operator[](Field field) const {
  return Node(ts_node_child_by_field_id(node_, TheGrammar().fields[static_cast<size_t>(field)]));
}

SyntaxParser::SyntaxParser() : parser_(ts_parser_new()) { ts_parser_set_language(parser_.get(), tree_sitter_python()); }

Node SyntaxParser::Parse(std::string_view text) {
  tree_.reset(ts_parser_parse_string(parser_.get(), nullptr, text.data(), static_cast<uint32_t>(text.size())));
  return Node(ts_tree_root_node(tree_.get()));
}

bool SyntaxParser::HasError() const { return ts_node_has_error(ts_tree_root_node(tree_.get())); }

}  // namespace fastest::discovery
