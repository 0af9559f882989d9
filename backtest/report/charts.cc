#include "backtest/report/charts.h"

#include <algorithm>

#include "backtest/report/figures.h"

namespace tranchet {
namespace {

// Coordinates in tenths of a pixel. The plot leaves room for labels at the right and below.
struct Sheet {
  std::string_view name;  // The class of the page that shows it where it fits.
  std::int64_t width;
  std::int64_t plot;
  bool has_middle;  // A time in the middle, beside the first and the last.
};
// A wide one, scaled to a phone, would have letters of 5 pixels: a phone has a sheet of its own, as
// high and half as wide.
constexpr Sheet kSheets[] = {{"wide", 9'000, 8'060, true}, {"narrow", 4'500, 3'560, false}};

constexpr std::int64_t kEquityTop = 220;
constexpr std::int64_t kEquityHeight = 2'400;
constexpr std::int64_t kFallTop = 2'980;
constexpr std::int64_t kFallHeight = 700;
constexpr std::int64_t kHeight = 4'000;

std::string pixels(std::int64_t tenths) {
  const std::string sign = tenths < 0 ? "-" : "";
  const std::int64_t size = tenths < 0 ? -tenths : tenths;
  return sign + std::to_string(size / 10) + "." + std::to_string(size % 10);
}

std::string point(std::int64_t x, std::int64_t y) {
  return pixels(x) + "," + pixels(y) + " ";
}

// Where `value` of [low, high] lies on `length` tenths.
std::int64_t place(std::int64_t value, std::int64_t low, std::int64_t high, std::int64_t length) {
  if (high <= low) return length / 2;
  return static_cast<std::int64_t>(divide_half_away((static_cast<Int128>(value) - low) * length,
                                                    static_cast<Int128>(high) - low));
}

std::string label(std::int64_t x, std::int64_t y, std::string_view anchor, std::string_view text) {
  return "<text x=\"" + pixels(x) + "\" y=\"" + pixels(y) + "\" text-anchor=\"" +
         std::string(anchor) + "\">" +
         (text.starts_with('-') ? "&minus;" + std::string(text.substr(1)) : std::string(text)) +
         "</text>\n";
}

std::string rule(const Sheet& sheet, std::int64_t y, std::string_view style) {
  return "<line class=\"" + std::string(style) + "\" x1=\"0\" x2=\"" + pixels(sheet.plot) +
         "\" y1=\"" + pixels(y) + "\" y2=\"" + pixels(y) + "\"/>\n";
}

std::string open_svg(const Sheet& sheet, std::int64_t height, std::string_view what) {
  return "<svg class=\"" + std::string(sheet.name) + "\" viewBox=\"0 0 " + pixels(sheet.width) +
         " " + pixels(height) + "\" role=\"img\" aria-label=\"" + std::string(what) + "\">\n";
}

// The first time and the last, and the one in the middle, below a plot.
std::string times(const Sheet& sheet, std::int64_t y, Timestamp first, Timestamp last) {
  const Timestamp middle = first + Duration::nanoseconds((last - first).count() / 2);
  std::string out = label(0, y, "start", day_and_minute(first));
  if (sheet.has_middle) out += label(sheet.plot / 2, y, "middle", day_and_minute(middle));
  return out + label(sheet.plot, y, "end", day_and_minute(last));
}

class EquityChart {
 public:
  EquityChart(const Sheet& sheet, std::span<const RowSample::Stretch> stretches, Money initial)
      : sheet_(sheet), stretches_(stretches), initial_(initial), low_(initial), high_(initial) {
    for (const RowSample::Stretch& stretch : stretches) {
      low_ = std::min(low_, stretch.lowest);
      high_ = std::max(high_, stretch.highest);
      deepest_ = std::max(deepest_, stretch.drawdown);
    }
  }

  std::string draw() const {
    std::string lowest;
    std::string highest;
    std::string line;
    std::string fall = point(0, kFallTop);
    for (const RowSample::Stretch& stretch : stretches_) {
      const std::int64_t at = x(stretch.time);
      highest += point(at, y(stretch.highest));
      lowest.insert(0, point(at, y(stretch.lowest)));
      line += point(at, y(stretch.equity));
      fall += point(at, kFallTop + place(stretch.drawdown.raw(), 0, deepest_raw(), kFallHeight));
    }
    fall += point(sheet_.plot, kFallTop);
    std::string out = open_svg(sheet_, kHeight, "Equity and drawdown over time");
    out += grid();
    out += "<polygon class=\"band\" points=\"" + highest + lowest + "\"/>\n";
    out += "<polyline class=\"equity\" points=\"" + line + "\"/>\n";
    out += "<polygon class=\"fall\" points=\"" + fall + "\"/>\n";
    return out + labels() + "</svg>\n";
  }

 private:
  std::int64_t deepest_raw() const { return std::max<std::int64_t>(deepest_.raw(), 1); }
  std::int64_t x(Timestamp time) const {
    return place(time.nanoseconds(), stretches_.front().time.nanoseconds(),
                 stretches_.back().time.nanoseconds(), sheet_.plot);
  }
  std::int64_t y(Money equity) const {
    return kEquityTop + kEquityHeight - place(equity.raw(), low_.raw(), high_.raw(), kEquityHeight);
  }

  std::string grid() const {
    return rule(sheet_, kEquityTop, "grid") + rule(sheet_, kEquityTop + kEquityHeight, "grid") +
           rule(sheet_, y(initial_), "start") + rule(sheet_, kFallTop, "grid") +
           rule(sheet_, kFallTop + kFallHeight, "grid");
  }

  std::string labels() const {
    constexpr std::int64_t kDown = 40;  // From the middle of a text to its baseline.
    std::string out;
    out += label(sheet_.width, kEquityTop + kDown, "end", cents(high_));
    out += label(sheet_.width, kEquityTop + kEquityHeight + kDown, "end", cents(low_));
    // Left out where it would run into one of the two.
    const std::int64_t start = y(initial_);
    if (start > kEquityTop + 300 && start < kEquityTop + kEquityHeight - 300) {
      out += label(sheet_.width, start + kDown, "end", cents(initial_));
    }
    out += label(0, kFallTop - 70, "start", "drawdown");
    out += label(sheet_.width, kFallTop + kDown, "end", "0.00");
    out += label(sheet_.width, kFallTop + kFallHeight + kDown, "end", cents(-deepest_));
    return out + times(sheet_, kFallTop + kFallHeight + 250, stretches_.front().time,
                       stretches_.back().time);
  }

  const Sheet& sheet_;
  std::span<const RowSample::Stretch> stretches_;
  Money initial_;
  Money low_;
  Money high_;
  Money deepest_;
};

class PriceChart {
 public:
  PriceChart(const Sheet& sheet, std::span<const PriceSample::Stretch> stretches,
             std::span<const RowSample::Mark> marks)
      : sheet_(sheet), stretches_(stretches), marks_(marks), low_(stretches.front().low) {
    for (const PriceSample::Stretch& stretch : stretches) {
      low_ = std::min(low_, stretch.low);
      high_ = std::max(high_, stretch.high);
    }
    for (const RowSample::Mark& mark : marks) {
      low_ = std::min(low_, mark.price);
      high_ = std::max(high_, mark.price);
    }
  }

  std::string draw() const {
    std::string lowest, highest, line;
    for (const PriceSample::Stretch& stretch : stretches_) {
      const std::int64_t at = x(stretch.time);
      highest += point(at, y(stretch.high));
      lowest.insert(0, point(at, y(stretch.low)));
      line += point(at, y(stretch.close));
    }
    std::string out = open_svg(sheet_, kPriceChart, "Price with entries and exits");
    for (const std::int64_t quarter : {0, 1, 2, 3, 4}) {
      const std::int64_t height = kTop + kPriceHeight * quarter / 4;
      out += rule(sheet_, height, "grid");
      const Int128 range = static_cast<Int128>(high_.raw()) - low_.raw();
      const Price price = Price::from_wide(high_.raw() - range * quarter / 4);
      out += label(sheet_.width, height + 40, "end", price_label(price));
    }
    out += "<polygon class=\"shade\" points=\"" + highest + lowest + "\"/>\n";
    out += "<polyline class=\"price\" points=\"" + line + "\"/>\n";
    for (const RowSample::Mark& mark : marks_) out += triangle(mark);
    out +=
        times(sheet_, kTop + kPriceHeight + 250, stretches_.front().time, stretches_.back().time);
    return out + "</svg>\n";
  }

 private:
  static constexpr std::int64_t kTop = 120, kPriceHeight = 3'000, kPriceChart = 3'450;

  std::int64_t x(Timestamp time) const {
    const Timestamp first = stretches_.front().time, last = stretches_.back().time;
    return place(std::clamp(time, first, last).nanoseconds(), first.nanoseconds(),
                 last.nanoseconds(), sheet_.plot);
  }
  std::int64_t y(Price price) const {
    return kTop + kPriceHeight - place(price.raw(), low_.raw(), high_.raw(), kPriceHeight);
  }

  // As many decimals as tell the labels apart.
  std::string price_label(Price price) const {
    const std::int64_t range = high_.raw() - low_.raw();
    std::int64_t step = kDecimalOne;
    while (step > 1 && step * 20 > range) step /= 10;
    return decimal_text(static_cast<std::int64_t>(divide_half_away(price.raw(), step)) * step);
  }

  // Its tip at the price: under it for a buy, over it for a sell.
  std::string triangle(const RowSample::Mark& mark) const {
    const std::int64_t at = x(mark.time), tip = y(mark.price);
    const std::int64_t away = mark.side == Side::Buy ? 95 : -95;
    const std::string_view style = mark.entry ? "enter" : mark.gain ? "gain" : "loss";
    return "<polygon class=\"mark " + std::string(style) + "\" points=\"" + point(at, tip) +
           point(at - 52, tip + away) + point(at + 52, tip + away) + "\"/>\n";
  }

  const Sheet& sheet_;
  std::span<const PriceSample::Stretch> stretches_;
  std::span<const RowSample::Mark> marks_;
  Price low_;
  Price high_;
};

}  // namespace

std::string price_chart(std::span<const PriceSample::Stretch> stretches,
                        std::span<const RowSample::Mark> marks) {
  if (stretches.size() < 2) return {};
  std::string out;
  for (const Sheet& sheet : kSheets) out += PriceChart(sheet, stretches, marks).draw();
  return out;
}

std::string equity_chart(std::span<const RowSample::Stretch> stretches, Money initial_balance) {
  if (stretches.size() < 2) return {};
  std::string out;
  for (const Sheet& sheet : kSheets) out += EquityChart(sheet, stretches, initial_balance).draw();
  return out;
}

std::string bar_list(std::span<const std::pair<std::string_view, std::uint64_t>> bars) {
  std::uint64_t most = 1;
  for (const auto& [what, count] : bars) most = std::max(most, count);
  std::string out = "<div class=\"bars\">\n";
  for (const auto& [what, count] : bars) {
    // Tenths of a percent of the longest bar.
    const auto width = static_cast<std::int64_t>(count * 1'000 / most);
    out += "<span>" + std::string(what) +
           "</span><span class=\"track\"><i style=\"width:" + pixels(width) +
           "%\"></i></span><span class=\"n\">" + grouped(count) + "</span>\n";
  }
  return out + "</div>\n";
}

}  // namespace tranchet
