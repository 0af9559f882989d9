#include "adapters/gateway/action.h"

#include <algorithm>
#include <array>
#include <optional>

#include "adapters/gateway/json_text.h"
#include "events/digest.h"
#include "events/event_check.h"
#include "events/log/json.h"
#include "events/log/json_read.h"
#include "events/names.h"

namespace tranchet {
namespace {

struct Kind {
  std::string_view path, type;
};
constexpr auto kKinds = std::to_array<Kind>({{"/api/signal", "EntrySignal"},
                                             {"/api/close", "CloseRequested"},
                                             {"/api/protection", "ProtectionRequested"},
                                             {"/api/halt", "EntriesHalted"},
                                             {"/api/resume", "EntriesResumed"},
                                             {"/api/kill", "KillSwitch"},
                                             {"/api/manual-trade", "EntrySignal"}});
constexpr std::size_t kRequestIdLength = 64;
constexpr std::string_view kNoRequestId =
    "request_id is missing, or not 1 to 64 letters, digits, - and _";

bool is_request_id(std::string_view id) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  return !id.empty() && id.size() <= kRequestIdLength && std::ranges::all_of(id, allowed);
}

std::unexpected<ActionRefusal> refuse(std::string why, unsigned status = 400) {
  return std::unexpected(ActionRefusal{status, std::move(why)});
}

void copy(JsonText& line, std::string_view name, const JsonField& field) {
  if (field.kind == JsonKind::Text) {
    line.text(name, field.text);
  } else {
    line.raw(name, field.text);
  }
}

// {instrument, direction: "buy" | "sell", quantity, stopLoss?, target?, trading_mode?}. Empty:
// taken.
std::string copy_manual_trade(JsonText& line, const std::vector<JsonField>& fields) {
  line.text("order_type", "Market").text("trade_type", "Manual");
  for (const JsonField& field : fields) {
    if (field.name == "instrument" || field.name == "quantity") {
      copy(line, field.name, field);
    } else if (field.name == "direction") {
      if (field.text != "buy" && field.text != "sell") {
        return "direction \"" + std::string(field.text) + "\" is neither buy nor sell";
      }
      line.text("side", field.text == "buy" ? "Buy" : "Sell");
    } else if (field.name == "stopLoss" && field.kind != JsonKind::Null) {
      copy(line, "stop_loss", field);
    } else if (field.name == "target" && field.kind != JsonKind::Null) {
      copy(line, "take_profit", field);
    }
  }
  return {};
}

// Empty: there is something that the act can mean.
std::string nothing_to_act_on(const EventBody& body, const Names& names, const Actionable& known) {
  const auto knows = [&](InstrumentId instrument) {
    return std::ranges::find(known.instruments, names.symbol(instrument)) !=
           known.instruments.end();
  };
  const auto unknown = [&](InstrumentId instrument) {
    return "instrument \"" + std::string(names.symbol(instrument)) + "\" is not traded here";
  };
  const auto matches = [&](InstrumentId instrument, std::uint8_t side, std::uint32_t tranche) {
    return std::ranges::any_of(known.positions, [&](const Actionable::Key& key) {
      return (instrument == InstrumentId::None || key.instrument == names.symbol(instrument)) &&
             (side == 0 || key.side == static_cast<PositionSide>(side)) &&
             (tranche == kAllTranches ||
              std::ranges::find(key.tranches, tranche) != key.tranches.end());
    });
  };
  if (const auto* signal = std::get_if<EntrySignal>(&body)) {
    return knows(signal->instrument) ? std::string() : unknown(signal->instrument);
  }
  if (const auto* close = std::get_if<CloseRequested>(&body)) {
    if (close->instrument != InstrumentId::None && !knows(close->instrument)) {
      return unknown(close->instrument);
    }
    return matches(close->instrument, close->position_side, close->tranche)
               ? std::string()
               : "no open tranche is meant by this";
  }
  if (const auto* targets = std::get_if<ProtectionRequested>(&body)) {
    return matches(targets->instrument, targets->position_side, targets->tranche)
               ? std::string()
               : "no open tranche is meant by this";
  }
  return {};
}

const Kind* find_kind(std::string_view path) {
  const auto found = std::ranges::find(kKinds, path, &Kind::path);
  return found == kKinds.end() ? nullptr : &*found;
}

}  // namespace

bool is_action_path(std::string_view path) {
  return find_kind(path) != nullptr;
}

std::expected<Action, ActionRefusal> read_action(std::string_view path, std::string_view body,
                                                 std::string_view user, Timestamp now,
                                                 const Actionable& known) {
  const Kind* kind = find_kind(path);
  if (kind == nullptr) return refuse("no such action", 404);
  auto fields = split_object(body.empty() ? "{}" : body);
  if (!fields) return refuse(fields.error());
  const auto id = std::ranges::find(*fields, "request_id", &JsonField::name);
  if (id == fields->end() || !is_request_id(id->text)) {
    return refuse(std::string(kNoRequestId));
  }
  Action action{.request_id = std::string(id->text)};
  JsonText line;
  line.open().time("time", now).text("type", kind->type);
  if (path == "/api/manual-trade") {
    const std::string flaw = copy_manual_trade(line, *fields);
    if (!flaw.empty()) return refuse(flaw);
  } else {
    for (const JsonField& field : *fields) {
      if (field.name == "author" || field.name == "time" || field.name == "type") {
        return refuse("\"" + std::string(field.name) + "\" is not yours to say");
      }
      if (field.name != "request_id") copy(line, field.name, field);
    }
  }
  line.text("author", std::string(user) + "/" + action.request_id).close();
  action.line = line.take();

  Names names;
  const auto parsed = parse_event_line(action.line, names);
  if (!parsed) return refuse(parsed.error());
  if (std::string flaw = flaw_in(parsed->bodies.front()); !flaw.empty()) return refuse(flaw);
  if (std::string why = nothing_to_act_on(parsed->bodies.front(), names, known); !why.empty()) {
    return refuse(why, 409);
  }
  return action;
}

std::expected<std::string, std::string> reload_author(std::string_view user,
                                                      std::string_view body) {
  auto fields = split_object(body.empty() ? "{}" : body);
  if (!fields) return std::unexpected(fields.error());
  const auto id = std::ranges::find(*fields, "request_id", &JsonField::name);
  if (id == fields->end()) return std::string(user);
  if (!is_request_id(id->text)) return std::unexpected(std::string(kNoRequestId));
  return std::string(user) + "/" + std::string(id->text);
}

std::string users_reloaded_line(std::uint32_t users, std::uint64_t digest, std::string_view author,
                                Timestamp now) {
  return JsonText()
      .open()
      .time("time", now)
      .text("type", "UsersReloaded")
      .count("users", users)
      .text("digest", digest_text(digest))
      .text("author", author)
      .close()
      .take();
}

std::string_view request_id_of(std::string_view author) {
  const std::size_t slash = author.find('/');
  return slash == std::string_view::npos ? std::string_view() : author.substr(slash + 1);
}

}  // namespace tranchet
