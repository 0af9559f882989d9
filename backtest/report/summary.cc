#include "backtest/report/summary.h"

#include <array>
#include <utility>

#include "events/digest.h"

namespace tranchet {
namespace {

class JsonObject {
 public:
  explicit JsonObject(std::string indent) : indent_(std::move(indent)) {}

  JsonObject& raw(std::string_view key, std::string_view value) {
    text_ += (text_.empty() ? "{\n" : ",\n") + indent_ + "  " + json_string(key) + ": ";
    text_ += value;
    return *this;
  }
  JsonObject& text(std::string_view key, std::string_view value) {
    return raw(key, json_string(value));
  }
  JsonObject& count(std::string_view key, std::uint64_t value) {
    return raw(key, std::to_string(value));
  }
  JsonObject& money(std::string_view key, Money value) { return text(key, to_text(value)); }
  JsonObject& time(std::string_view key, std::optional<Timestamp> value) {
    return value ? text(key, to_text(*value)) : raw(key, "null");
  }
  std::string end() { return std::move(text_) + "\n" + indent_ + "}"; }

 private:
  std::string indent_;
  std::string text_;
};

std::string list_of(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + json_string(text);
  return "[" + out + "]";
}

std::string exits_json(const AccountResult& account) {
  constexpr auto kKeys = std::to_array<std::string_view>(
      {"take_profit", "instant_take_profit", "stop_loss", "model_close", "manual", "emergency",
       "liquidation", "adl", "venue", "square_off"});
  static_assert(kKeys.size() == Spelling<ExitReason>::names.size());
  JsonObject exits("  ");
  for (std::size_t index = 0; index < kKeys.size(); ++index) {
    exits.count(kKeys[index], account.exits[index]);
  }
  return exits.count("merged", account.merged).end();
}

std::string data_json(const std::vector<DataProvenance>& data) {
  std::string out;
  for (const DataProvenance& one : data) {
    JsonObject object("    ");
    object.text("instrument", one.instrument).raw("files", list_of(one.files));
    object.text("format", one.format).count("rows", one.rows).count("used", one.used);
    object.count("ignored", one.ignored).count("duplicates", one.duplicates);
    object.count("bad", one.bad).count("gaps", one.gaps);
    out += (out.empty() ? "\n    " : ",\n    ") + object.end();
  }
  return "[" + out + (out.empty() ? "]" : "\n  ]");
}

std::string instruments_json(const Summary& summary) {
  std::string out;
  for (const auto& [symbol, part] : summary.instruments) {
    JsonObject object("    ");
    object.text("instrument", symbol).money("net_pnl", part.net_pnl);
    object.money("realized_pnl", part.realized_pnl).money("unrealized_pnl", part.unrealized_pnl);
    object.money("fees", part.fees).money("funding", part.funding).count("trades", part.trades);
    object.count("wins", part.wins).count("losses", part.losses);
    object.count("tranches_opened", part.tranches_opened);
    out += (out.empty() ? "\n    " : ",\n    ") + object.end();
  }
  return "[" + out + "\n  ]";
}

}  // namespace

std::string seconds_text(std::uint64_t nanoseconds) {
  const std::uint64_t milliseconds = (nanoseconds + 500'000) / 1'000'000;
  std::string fraction = std::to_string(milliseconds % 1'000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return std::to_string(milliseconds / 1'000) + "." + fraction;
}

std::uint64_t events_per_second(const Summary& summary) {
  if (summary.wall_nanoseconds == 0) return 0;
  return static_cast<std::uint64_t>(static_cast<UInt128>(summary.events) * 1'000'000'000 /
                                    summary.wall_nanoseconds);
}

std::string json_string(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (code < 0x20) {
      out += "\\u00";
      out += kHex[code >> 4];
      out += kHex[code & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string summary_json(const Summary& summary) {
  const AccountResult& account = summary.account;
  JsonObject json("");
  json.text("instrument", summary.instrument).text("strategy", summary.strategy);
  json.text("source", summary.source).text("mark_source", summary.mark_source);
  json.count("events", summary.events).count("ticks", summary.ticks);
  json.time("first_time", summary.first_time).time("last_time", summary.last_time);
  json.money("initial_balance", account.initial_balance);
  json.money("final_equity", account.final_equity).money("net_pnl", account.net_pnl);
  json.money("realized_pnl", account.realized_pnl);
  json.money("unrealized_pnl", account.unrealized_pnl).money("fees", account.fees);
  json.money("funding", account.funding).money("max_drawdown", account.max_drawdown);
  json.text("max_drawdown_pct", percent_text(account.max_drawdown_share));
  json.count("trades", account.trades).count("wins", account.wins);
  json.count("losses", account.losses).count("tranches_opened", account.tranches_opened);
  json.count("tranches_live_max", account.tranches_live_max).raw("exits", exits_json(account));
  if (!summary.charges.empty()) {
    JsonObject charges("  ");
    for (const auto& [name, amount] : summary.charges) charges.money(name, amount);
    json.raw("charges", charges.end());
  }
  if (!summary.instruments.empty()) json.raw("instruments", instruments_json(summary));
  if (summary.interval) {
    JsonObject interval("  ");
    interval.money("pessimistic", summary.interval->pessimistic);
    interval.money("optimistic", summary.interval->optimistic);
    json.raw("net_pnl_interval", interval.end());
  } else {
    json.raw("net_pnl_interval", "null");
  }
  json.count("ambiguous_bars", summary.ambiguous_bars);
  json.text("naked_quantity_seconds", value_text(account.naked_quantity_seconds));
  json.raw("data", data_json(summary.data)).raw("notes", list_of(summary.notes));
  json.text("state_digest", digest_text(summary.state_digest));
  json.text("command_digest", digest_text(summary.command_digest));
  json.raw("wall_seconds", seconds_text(summary.wall_nanoseconds));
  json.count("events_per_second", events_per_second(summary));
  return json.end() + "\n";
}

}  // namespace tranchet
