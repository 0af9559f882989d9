#include "replay/state_lines.h"

#include <algorithm>
#include <type_traits>

#include "engine/state_fields.h"

namespace tranchet {
namespace {

class Lines {
 public:
  template <class... Fields>
  void named(std::string_view names, const Fields&... fields) {
    const auto take = [&](const auto& field) {
      const std::string_view name = names.substr(0, names.find(' '));
      ENSURE(!name.empty());
      names.remove_prefix(std::min(names.size(), name.size() + 1));
      if (name != "command_digest") add(name, text_of(field));
    };
    (take(fields), ...);
    ENSURE(names.empty());
  }
  template <class Fields>
  void part(std::string_view name, const Fields& fields) {
    within(std::string(name), fields);
  }
  template <class T, class Fields>
  void list(std::string_view name, const std::vector<T>& items, const Fields& fields) {
    add(name, std::to_string(items.size()));
    for (std::size_t at = 0; at < items.size(); ++at) {
      within(std::string(name) + "[" + std::to_string(at) + "]", [&] { fields(items[at]); });
    }
  }
  template <class Fields>
  void newer(NewerPart, bool, const Fields& fields) {
    fields();
  }
  template <class T, class Fields>
  void optional(std::string_view name, const std::optional<T>& item, const Fields& fields) {
    add(name, item ? "is there" : "none");
    if (item) within(std::string(name), [&] { fields(*item); });
  }
  template <class A, class B, class Fields>
  void two_lists(const std::vector<A>& first, const std::vector<B>& second, const Fields& fields) {
    list("positions", first, fields);
    list("orders", second, fields);
  }
  template <class Field>
  void beside_digest(const Field&) {}
  void settings(const Settings&) {}
  template <class Fields>
  void orders(const OrderTable<Order>& orders, const Fields& fields) {
    add("orders", std::to_string(orders.size()));
    for (const auto& [id, order] : orders) {
      within("orders[" + to_text(id) + "]", [&] { fields(order); });
    }
  }
  void window(const DipWindow& window) {
    for (const auto& [name, points] :
         {std::pair("dip.highs", &window.highs()), std::pair("dip.lows", &window.lows())}) {
      std::string text;
      for (const PricePoint& point : *points) {
        text += to_text(point.time) + " " + to_text(point.price) + ", ";
      }
      add(name, text);
    }
  }

  std::vector<std::string> lines;

 private:
  template <class Fields>
  void within(const std::string& name, const Fields& fields) {
    const std::size_t before = place_.size();
    place_ += name + ".";
    fields();
    place_.resize(before);
  }
  void add(std::string_view name, const std::string& value) {
    lines.push_back(place_ + std::string(name) + " = " + value);
  }

  template <class Field>
  static std::string text_of(const Field& field) {
    if constexpr (std::is_same_v<Field, bool>) {
      return field ? "true" : "false";
    } else if constexpr (requires { Spelling<Field>::names; }) {
      return std::string(to_text(field));
    } else if constexpr (std::is_same_v<Field, OrderId>) {
      return field == OrderId::None ? "none" : to_text(field);
    } else if constexpr (std::is_enum_v<Field>) {
      return std::to_string(static_cast<std::uint64_t>(field));
    } else if constexpr (std::is_same_v<Field, Int128>) {
      return value_text(field);
    } else if constexpr (std::is_integral_v<Field>) {
      return std::to_string(field);
    } else if constexpr (std::is_same_v<Field, PositionKey>) {
      return text_of(field.instrument) + " " + text_of(field.side);
    } else {
      return to_text(field);
    }
  }
  // Counts of 1e-16: what is beyond counts of 1e-8 is told apart, too.
  static std::string value_text(Value value) {
    const Value whole = divide_floor(value, kDecimalOne);
    return to_text(Money::from_wide(whole)) + " + " +
           std::to_string(static_cast<std::int64_t>(value - whole * kDecimalOne)) + "e-16";
  }
  template <class T>
  static std::string text_of(const Maybe<T>& field) {
    return field ? text_of(*field) : "none";
  }
  template <class T>
  static std::string text_of(const std::optional<T>& field) {
    return field ? text_of(*field) : "none";
  }
  template <class A, class B>
  static std::string text_of(const std::pair<A, B>& field) {
    return text_of(field.first) + " " + text_of(field.second);
  }
  template <class Items>
  static std::string list_text(const Items& items) {
    std::string text;
    for (const auto& item : items) text += (text.empty() ? "" : ", ") + text_of(item);
    return text;
  }
  template <class T>
  static std::string text_of(const std::vector<T>& items) {
    return list_text(items);
  }
  template <class T, std::size_t N>
  static std::string text_of(const ShortList<T, N>& items) {
    return list_text(items);
  }
  template <class T>
  static std::string text_of(const std::deque<T>& items) {
    return list_text(items);
  }
  template <class A, class B>
  static std::string text_of(const std::map<A, B>& items) {
    return list_text(items);
  }

  std::string place_;
};

FieldDifference difference_of(const std::string& a, const std::string& b) {
  const auto split = [](const std::string& line) {
    const auto at = line.find(" = ");
    return at == std::string::npos ? std::pair<std::string, std::string>()
                                   : std::pair(line.substr(0, at), line.substr(at + 3));
  };
  const auto [field, value] = split(a);
  const auto [other_field, other_value] = split(b);
  if (field == other_field) return {field, value, other_value};
  if (field.empty() || (!other_field.empty() && other_field < field)) {
    return {other_field, "", other_value};
  }
  return {field, value, ""};
}

}  // namespace

std::vector<std::string> state_lines(const State& state) {
  Lines visit;
  visit_state(visit, state);
  return std::move(visit.lines);
}

std::optional<FieldDifference> first_difference(const std::vector<std::string>& a,
                                                const std::vector<std::string>& b) {
  const auto [at_a, at_b] = std::ranges::mismatch(a, b);
  if (at_a == a.end() && at_b == b.end()) return std::nullopt;
  return difference_of(at_a == a.end() ? "" : *at_a, at_b == b.end() ? "" : *at_b);
}

}  // namespace tranchet
