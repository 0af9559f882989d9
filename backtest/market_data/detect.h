// Which format a text has.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "backtest/market_data/admission.h"
#include "backtest/market_data/csv_format.h"
#include "backtest/market_data/line_decoder.h"
#include "backtest/market_data/line_reader.h"

namespace tranchet {

struct DetectedFormat {
  std::string_view name;    // As --format spells it.
  bool is_capture = false;  // Else the plan says how to read it.
  CsvPlan plan;
  std::uint64_t header_line = 0;  // 0: none. Rows begin behind it.
};

inline constexpr std::string_view kCaptureFormat = "stream-capture";

// Looks at the first lines of a part, and at its name only for the day of Lean ticks. `wanted`
// empty: any format. The error is for the part as a whole or its first line.
std::expected<DetectedFormat, InputError> detect_format(const InputPart& part, Lines head,
                                                        std::string_view wanted);

// The symbol that a name of a venue's archive begins with ("FILUSDT-1m-2024-04.csv",
// "20131008_spy_Trade_Tick.csv"), in capitals. Empty: it is no such name.
std::string symbol_in_name(std::string_view name);

std::unique_ptr<LineDecoder> make_decoder(const DetectedFormat& format, const DataOptions& options,
                                          Admission& admission);

}  // namespace tranchet
