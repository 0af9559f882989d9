#include "events/log/json.h"

#include <utility>

#include "events/log/event_fields.h"
#include "events/log/json_read.h"
#include "events/log/json_write.h"

namespace tranchet {
namespace {

// The alternative with number `index`, with nothing in it yet.
template <std::size_t... Indices>
EventBody empty_body(std::size_t index, std::index_sequence<Indices...>) {
  EventBody body;
  static_cast<void>(((Indices == index && (body.emplace<Indices>(), true)) || ...));
  return body;
}

std::optional<EventBody> body_named(std::string_view type) {
  for (std::size_t index = 0; index < kEventNames.size(); ++index) {
    if (kEventNames[index] == type) {
      return empty_body(index, std::make_index_sequence<kEventNames.size()>());
    }
  }
  return std::nullopt;
}

template <class Row>
std::string read_rows(const JsonField& field, std::string_view row_name, Names& names,
                      std::vector<EventBody>& bodies) {
  auto rows = split_rows(field.text);
  if (field.kind != JsonKind::Array || !rows) {
    return std::string(field.name) + " is not a list of objects";
  }
  for (std::vector<JsonField>& fields : *rows) {
    FieldReader reader(row_name, fields, names);
    Row row;
    each_field(reader, row);
    std::string error = reader.finish();
    if (!error.empty()) return error;
    bodies.emplace_back(row);
  }
  return {};
}

// One line that stands for the rows of a whole snapshot.
void read_snapshot(FieldReader& reader, Names& names, std::vector<EventBody>& bodies) {
  const JsonField* positions = reader.need("positions");
  const JsonField* orders = reader.need("orders");
  if (positions == nullptr || orders == nullptr) return;
  bodies.emplace_back(SnapshotStarted{});
  std::string error = read_rows<PositionReported>(*positions, "a position", names, bodies);
  if (error.empty()) error = read_rows<OrderReported>(*orders, "an order", names, bodies);
  if (!error.empty()) return reader.fail(std::move(error));
  Maybe<Money> balance;
  reader.optional("balance", balance, Maybe<Money>());
  if (balance) bodies.emplace_back(BalanceReported{*balance});
  bodies.emplace_back(SnapshotEnded{});
}

void read_settings(FieldReader& reader, std::size_t count, std::vector<EventBody>& bodies) {
  for (std::size_t n = 0; n < count || n == 0; ++n) {
    ConfigChanged changed;
    each_field(reader, changed);
    bodies.emplace_back(changed);
  }
}

// What an export says of the commit that starts with this line: how many events, and the names that
// came with it, in the order of their numbers.
void read_commit(FieldReader& reader, Names& names, EventLine& line) {
  reader.optional("commit", line.commit, std::uint32_t{0});
  if (reader.has("command_digest")) {
    line.digests.emplace();
    reader.digest("command_digest", line.digests->command_digest);
    reader.digest("state_digest", line.digests->state_digest);
  }
  for (const std::string_view name : {"new_texts", "new_symbols"}) {
    const JsonField* field = reader.take(name);
    if (field == nullptr) continue;
    auto texts = split_texts(field->text);
    if (field->kind != JsonKind::Array || !texts) {
      return reader.fail(std::string(name) + " is not a list of texts");
    }
    for (const std::string& text : *texts) {
      if (text.empty()) return reader.fail(std::string(name) + " holds an empty text");
      if (name == "new_texts") {
        names.intern(text);
      } else if (names.instruments() < std::numeric_limits<std::uint16_t>::max()) {
        names.instrument(text);
      }
    }
  }
}

}  // namespace

std::string event_json(const Event& event, const Names& names) {
  return export_json(event, names, {});
}

std::string export_json(const Event& event, const Names& names, const ExportNotes& notes) {
  std::string out;
  FieldWriter writer(out, names);
  writer.required("seq", event.sequence);
  writer.required("time", event.time);
  writer.text("type", kEventNames[event.body.index()]);
  std::visit([&](const auto& body) { each_field(writer, body); }, event.body);
  writer.optional("commit", notes.commit, std::uint32_t{0});
  writer.texts("new_texts", notes.new_texts);
  writer.texts("new_symbols", notes.new_symbols);
  if (notes.digests) {
    writer.digest("command_digest", notes.digests->command_digest);
    writer.digest("state_digest", notes.digests->state_digest);
  }
  writer.close();
  return out;
}

std::expected<EventLine, std::string> parse_event_line(std::string_view text, Names& names) {
  auto fields = split_object(text);
  if (!fields) return std::unexpected(std::move(fields.error()));
  EventLine line;
  FieldReader reader("an event", *fields, names);
  const JsonField* type = reader.need("type");
  reader.required("time", line.time);
  reader.optional("seq", line.sequence, Sequence{});
  read_commit(reader, names, line);
  if (type == nullptr) return std::unexpected(reader.finish());
  if (type->kind != JsonKind::Text) return std::unexpected("type is not a text");
  reader.call(type->text);

  std::optional<EventBody> body = body_named(type->text);
  if (type->text == "VenueSnapshot") {
    read_snapshot(reader, names, line.bodies);
  } else if (!body) {
    return std::unexpected("type \"" + std::string(type->text) + "\" is not a type of event");
  } else if (std::holds_alternative<ConfigChanged>(*body)) {
    read_settings(reader, reader.left(), line.bodies);
  } else {
    std::visit([&](auto& alternative) { each_field(reader, alternative); }, *body);
    line.bodies.push_back(*body);
  }
  std::string error = reader.finish();
  if (!error.empty()) return std::unexpected(std::move(error));
  line.reference = reader.reference();
  line.instrument = reader.instrument();
  return line;
}

}  // namespace tranchet
