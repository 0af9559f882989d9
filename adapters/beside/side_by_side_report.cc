#include <algorithm>
#include <set>

#include "adapters/beside/side_by_side.h"
#include "adapters/gateway/json_text.h"

namespace tranchet::beside {
namespace {

std::string_view direction(const Deal& deal) {
  return deal.is_entry ? "entry" : "exit";
}

std::string line_of(const Deal& deal) {
  return "    " + to_text(deal.time) + "  " + deal.symbol + " " + std::string(to_text(deal.side)) +
         " " + std::string(direction(deal)) + "  " + to_text(deal.quantity) + " at " +
         to_text(deal.price) + "  (" + deal.what + ")\n";
}

std::string seconds(Duration duration) {
  const std::int64_t milliseconds = duration.count() / 1'000'000;
  return decimal_text(milliseconds * (kDecimalOne / 1'000)) + " s";
}

std::string words(const std::optional<Holding>& holding) {
  if (!holding) return "nothing";
  const std::int64_t average =
      static_cast<std::int64_t>(divide_half_away(holding->cost, holding->quantity.raw()));
  return std::to_string(holding->tranches) +
         (holding->tranches == 1 ? " tranche, " : " tranches, ") + to_text(holding->quantity) +
         " at " + decimal_text(average);
}

struct Counts {
  std::size_t both = 0, bot = 0, ours = 0;
};

Counts counts_of(const SideBySide& all, bool entries) {
  const auto is_wanted = [entries](const Deal& deal) { return deal.is_entry == entries; };
  Counts counts;
  for (const Pair& pair : all.pairs) counts.both += is_wanted(pair.bot) ? 1U : 0U;
  for (const Lonely& one : all.bot_alone) counts.bot += is_wanted(one.deal) ? 1U : 0U;
  for (const Deal& one : all.ours_alone) counts.ours += is_wanted(one) ? 1U : 0U;
  return counts;
}

std::string count_line(std::string_view what, const Counts& counts) {
  return "  " + std::string(what) + ": both " + std::to_string(counts.both) + ", the bot alone " +
         std::to_string(counts.bot) + ", Tranchet alone " + std::to_string(counts.ours) + "\n";
}

std::string pairs_text(const SideBySide& all) {
  if (all.pairs.empty()) return {};
  Duration longest;
  Ppm farthest = 0;
  for (const Pair& pair : all.pairs) {
    longest = std::max(longest, pair.later < Duration() ? Duration() - pair.later : pair.later);
    farthest = std::max(farthest, pair.price_off < 0 ? -pair.price_off : pair.price_off);
  }
  std::string out = "  What both did lies at most " + seconds(longest) + " and " +
                    percent_text(farthest) + " % of the price apart.\n";
  for (const Pair& pair : all.pairs) {
    if (pair.bot.quantity == pair.ours.quantity) continue;
    out += line_of(pair.bot) + "      here " + to_text(pair.ours.quantity) + " at " +
           to_text(pair.ours.price) + " (" + pair.ours.what + ")\n";
  }
  return out;
}

}  // namespace

std::string as_text(const SideBySide& all, Duration within) {
  std::string out = "  From " + to_text(all.from) + " to " + to_text(all.to) +
                    ", the same within " + to_text(within) + ":\n";
  out += count_line("entries", counts_of(all, true)) + count_line("exits", counts_of(all, false));
  out += pairs_text(all);
  if (!all.bot_alone.empty()) out += "\n  The bot alone:\n";
  for (const Lonely& one : all.bot_alone) {
    out += line_of(one.deal);
    if (!one.reason.empty()) out += "      here it was refused: " + one.reason + "\n";
  }
  if (!all.ours_alone.empty()) out += "\n  Tranchet alone:\n";
  for (const Deal& one : all.ours_alone) out += line_of(one);
  if (!all.holdings.empty()) out += "\n  Open now:\n";
  for (const auto& [bot, ours] : all.holdings) {
    const Holding& any = bot ? *bot : *ours;
    out += "    " + any.symbol + " " + std::string(to_text(any.side)) + "  the bot: " + words(bot) +
           "; Tranchet: " + words(ours) + "\n";
  }
  if (!all.flaws.empty()) out += "\n  Rows of the bot's that say nothing usable:\n";
  for (const std::string& flaw : all.flaws) out += "    " + flaw + "\n";
  if (all.is_same()) out += "  Both did the same and hold the same.\n";
  return out;
}

namespace {

void write_deal(JsonText& json, const Deal& deal) {
  json.time("time", deal.time).text("instrument", deal.symbol);
  json.text("position_side", to_text(deal.side)).text("direction", direction(deal));
  json.decimal("quantity", deal.quantity).decimal("price", deal.price).text("source", deal.what);
}

void write_holding(JsonText& json, std::string_view name, const std::optional<Holding>& holding) {
  if (!holding) {
    json.null(name);
    return;
  }
  json.open(name).count("tranches", holding->tranches).decimal("quantity", holding->quantity);
  json.decimal("average_entry",
               Price::from_wide(divide_half_away(holding->cost, holding->quantity.raw())));
  json.close();
}

}  // namespace

std::string as_json(const SideBySide& all) {
  JsonText json;
  json.open().flag("same", all.is_same()).time("from", all.from).time("to", all.to);
  json.list("both");
  for (const Pair& pair : all.pairs) {
    json.open().open("bot");
    write_deal(json, pair.bot);
    json.close().open("tranchet");
    write_deal(json, pair.ours);
    json.close().text("seconds_later", decimal_text(pair.later.count() / 10));
    json.text("price_off_pct", percent_text(pair.price_off)).close();
  }
  json.end_list().list("bot_alone");
  for (const Lonely& one : all.bot_alone) {
    json.open();
    write_deal(json, one.deal);
    json.text("refused_here", one.reason).close();
  }
  json.end_list().list("tranchet_alone");
  for (const Deal& one : all.ours_alone) {
    json.open();
    write_deal(json, one);
    json.close();
  }
  json.end_list().list("open_now");
  for (const auto& [bot, ours] : all.holdings) {
    const Holding& any = bot ? *bot : *ours;
    json.open().text("instrument", any.symbol).text("position_side", to_text(any.side));
    write_holding(json, "bot", bot);
    write_holding(json, "tranchet", ours);
    json.close();
  }
  json.end_list().list("flaws");
  for (const std::string& flaw : all.flaws) json.text({}, flaw);
  json.end_list().close();
  return json.take() + "\n";
}

}  // namespace tranchet::beside
