// tree-sitter's syntax trees of Python, with the kinds of node that discovery knows.
#ifndef FASTEST_COORDINATOR_DISCOVERY_TEXT_SYNTAX_H_
#define FASTEST_COORDINATOR_DISCOVERY_TEXT_SYNTAX_H_

#include <tree_sitter/api.h>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace fastest::discovery {

enum class Kind : unsigned char {
  kOther,
  kAliasedImport,
  kArgumentList,
  kAsPatternTarget,
  kAssertStatement,
  kAssignment,
  kAttribute,
  kAugmentedAssignment,
  kBinaryOperator,
  kBlock,
  kBooleanOperator,
  kCall,
  kClassDefinition,
  kComment,
  kComparisonOperator,
  kConcatenatedString,
  kConditionalExpression,
  kDecoratedDefinition,
  kDecorator,
  kDeleteStatement,
  kDictionary,
  kDictionaryComprehension,
  kDictionarySplat,
  kDottedName,
  kElifClause,
  kElseClause,
  kEllipsis,
  kExecStatement,
  kExpressionList,
  kExpressionStatement,
  kFalse,
  kFloat,
  kForStatement,
  kFunctionDefinition,
  kIdentifier,
  kIfStatement,
  kImportFromStatement,
  kImportStatement,
  kInteger,
  kKeywordArgument,
  kLambda,
  kList,
  kListComprehension,
  kListPattern,
  kListSplat,
  kNamedExpression,
  kNone,
  kNotOperator,
  kPair,
  kParenthesized,
  kPassStatement,
  kPatternList,
  kPrintStatement,
  kRaiseStatement,
  kRelativeImport,
  kSet,
  kSetComprehension,
  kSlice,
  kString,
  kSubscript,
  kTrue,
  kTryStatement,
  kTuple,
  kTuplePattern,
  kTypeAliasStatement,
  kUnaryOperator,
  kWildcardImport,
  kWithStatement,
};

enum class Field : unsigned char {
  kAlias,
  kAlternative,
  kArguments,
  kAttribute,
  kBody,
  kCondition,
  kConsequence,
  kDefinition,
  kFunction,
  kKey,
  kLeft,
  kModuleName,
  kName,
  kObject,
  kOperator,
  kArgument,
  kRight,
  kSubscript,
  kSuperclasses,
  kValue,
};

// A place in the text, counted from 0. The column counts bytes.
struct Point {
  uint32_t row = 0;
  uint32_t column = 0;
};

// A node of a tree. The tree outlives the node. A node is null where the tree has none.
class Node {
 public:
  Node() : node_{} {}
  explicit Node(TSNode node) : node_(node) {}

  bool is_null() const { return ts_node_is_null(node_); }
  Kind kind() const;
  bool is(Kind wanted) const { return !is_null() && kind() == wanted; }
  uint32_t start() const { return ts_node_start_byte(node_); }
  uint32_t end() const { return ts_node_end_byte(node_); }
  Point start_point() const { return PointOf(ts_node_start_point(node_)); }
  Point end_point() const { return PointOf(ts_node_end_point(node_)); }
  // False for a comma, a bracket, an operator.
  bool is_named() const { return ts_node_is_named(node_); }
  Node operator[](Field field) const;
  // All children, named or not.
  uint32_t ChildCount() const { return ts_node_child_count(node_); }
  Node Child(uint32_t index) const { return Node(ts_node_child(node_, index)); }
  uint32_t NamedChildCount() const { return ts_node_named_child_count(node_); }
  Node FirstNamedChild() const { return Node(ts_node_named_child(node_, 0)); }
  TSNode raw() const { return node_; }

 private:
  static Point PointOf(TSPoint point) { return {point.row, point.column}; }

  TSNode node_;
};

// Calls `visit(Node)` for each named child that is no comment. A `visit` that returns bool ends the walk with false.
template <typename Visit>
void ForEachChild(Node parent, Visit visit) {
  if (parent.is_null()) return;
  TSTreeCursor cursor = ts_tree_cursor_new(parent.raw());
  bool more = ts_tree_cursor_goto_first_child(&cursor);
  while (more) {
    const Node child(ts_tree_cursor_current_node(&cursor));
    if (ts_node_is_named(child.raw()) && child.kind() != Kind::kComment) {
      if constexpr (std::is_same_v<decltype(visit(child)), bool>) {
        if (!visit(child)) break;
      } else {
        visit(child);
      }
    }
    more = ts_tree_cursor_goto_next_sibling(&cursor);
  }
  ts_tree_cursor_delete(&cursor);
}

// Parses one text after the other. Not thread-safe: each thread has its own parser.
class SyntaxParser {
 public:
  SyntaxParser();

  // The tree of `text`. The tree lives until the next call.
  Node Parse(std::string_view text);

  // True if a part of the text that was parsed last is not Python.
  bool HasError() const;

 private:
  struct DeleteParser {
    void operator()(TSParser* parser) const { ts_parser_delete(parser); }
  };
  struct DeleteTree {
    void operator()(TSTree* tree) const { ts_tree_delete(tree); }
  };
  std::unique_ptr<TSParser, DeleteParser> parser_;
  std::unique_ptr<TSTree, DeleteTree> tree_;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_TEXT_SYNTAX_H_
