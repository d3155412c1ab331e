#include "tools/mutate/syntax.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/cli/error.hpp"

namespace umbra::tools {

namespace {

using nlohmann::json;

/// Builds one tree. The dump names a file only where it differs from that of the place before, in the order in which
/// places are written, so all of them have to be seen.
class builder : public nlohmann::json_sax<json> {
 public:
  explicit builder(std::string& file) : file_(file) {}
  syntax take() { return std::move(root_); }
  const std::string& problem() const { return problem_; }

  bool start_object(std::size_t) override {
    frame f = frame::other;
    if (stack_.empty()) {
      f = frame::node;
      nodes_.push_back(&root_);
    } else if (stack_.back() == frame::children) {
      f = frame::node;
      nodes_.push_back(&nodes_.back()->inner.emplace_back());
    } else if (stack_.back() == frame::node) {
      f = in_node();
    } else if (stack_.back() == frame::range && (key_ == "begin" || key_ == "end")) {
      at_end_ = key_ == "end";
      f = frame::place;
    } else if (is_place(stack_.back()) && (key_ == "expansionLoc" || key_ == "spellingLoc")) {
      if (stack_.back() == frame::place) nodes_.back()->macro = true;
      f = frame::elsewhere;
    }
    stack_.push_back(f);
    return true;
  }
  bool end_object() override {
    if (stack_.back() == frame::node) nodes_.pop_back();
    stack_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override {
    stack_.push_back(stack_.back() == frame::node && key_ == "inner" ? frame::children : frame::other);
    return true;
  }
  bool end_array() override {
    stack_.pop_back();
    return true;
  }
  bool key(string_t& k) override {
    key_ = k;
    return true;
  }
  bool string(string_t& s) override {
    if (stack_.empty()) return true;
    syntax& n = *nodes_.back();
    switch (stack_.back()) {
      case frame::node:
        if (key_ == "kind") n.kind = s;
        if (key_ == "name") n.name = s;
        if (key_ == "id") n.identity = s;
        if (key_ == "explicitlyDefaulted") n.implicit = true;
        break;
      case frame::type:
        if (key_ == "qualType") n.type = s;
        break;
      case frame::reference:
        if (key_ == "id") n.refers_to = s;
        if (key_ == "kind") n.refers = s;
        if (key_ == "name") n.name = s;
        break;
      case frame::place:
      case frame::elsewhere:
        if (key_ == "file") file_ = s;
        break;
      default:
        break;
    }
    return true;
  }
  bool boolean(bool b) override {
    if (stack_.empty() || stack_.back() != frame::node) return true;
    syntax& n = *nodes_.back();
    if (key_ == "isImplicit" || key_ == "implicit") n.implicit = b;
    if (key_ == "isPostfix") n.postfix = b;
    if (key_ == "hasInit") n.has_init = b;
    if (key_ == "hasVar") n.has_variable = b;
    if (key_ == "hasElse") n.has_else = b;
    if (key_ == "isConstexpr") n.constant = b;
    return true;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (stack_.empty() || stack_.back() != frame::place) return true;
    syntax& n = *nodes_.back();
    if (key_ == "offset") (at_end_ ? n.end : n.begin) = value;
    if (key_ == "tokLen" && at_end_) n.end += value;
    if (key_ == "tokLen") n.file = file_;
    return true;
  }
  bool number_integer(number_integer_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool null() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
    problem_ = e.what();
    return false;
  }

 private:
  enum class frame : unsigned char { node, children, type, reference, range, place, elsewhere, other };

  static bool is_place(frame f) { return f == frame::place || f == frame::elsewhere; }

  frame in_node() const {
    if (key_ == "range") return frame::range;
    if (key_ == "loc") return frame::elsewhere;
    if (key_ == "type") return frame::type;
    if (key_ == "referencedDecl") return frame::reference;
    return frame::other;
  }

  std::string& file_;
  std::string key_, problem_;
  syntax root_;
  std::vector<syntax*> nodes_;
  std::vector<frame> stack_;
  bool at_end_ = false;
};

}  // namespace

void read_syntax(const std::string& dump, const std::function<void(const syntax&)>& take) {
  std::string file;
  for (std::size_t at = 0; at < dump.size();) {
    // Each declaration at the top is an object of its own, whose last brace stands in the first column.
    std::size_t end = dump.find("\n}\n", at);
    end = end == std::string::npos ? dump.size() : end + 3;
    builder b(file);
    if (!json::sax_parse(dump.begin() + static_cast<std::ptrdiff_t>(at),
                         dump.begin() + static_cast<std::ptrdiff_t>(end), &b)) {
      throw error(fmt::format("The compiler's dump of a source file cannot be read: {}.", b.problem()), status::broken);
    }
    take(b.take());
    at = end;
  }
}

}  // namespace umbra::tools
