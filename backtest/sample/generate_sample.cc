// generate_sample FILE: writes the sample market of data/. The same bytes every time.
#include <fstream>
#include <iostream>
#include <string>

#include "backtest/sample/sample_market.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: generate_sample FILE\n";
    return 2;
  }
  const std::string csv = tranchet::sample_csv(tranchet::SampleMarket{});
  std::ofstream file(argv[1], std::ios::binary);
  file.write(csv.data(), static_cast<std::streamsize>(csv.size()));
  file.close();
  if (!file) {
    std::cerr << "generate_sample: cannot write " << argv[1] << "\n";
    return 5;
  }
  return 0;
}
