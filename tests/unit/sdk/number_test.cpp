// SPDX-License-Identifier: Apache-2.0
#include <sharkreg/number.h>

#include <doctest/doctest.h>

using sharkreg::parse_number;

TEST_CASE("numbers are read whole") {
  CHECK(parse_number("0.001") == 0.001);
  CHECK(parse_number("-2") == -2);
  CHECK(parse_number("1e-3") == 1e-3);
  CHECK(parse_number("1E+3") == 1000);
  CHECK(parse_number(".5") == 0.5);
  CHECK(parse_number("5.") == 5);
  CHECK(parse_number("1e-400") == 0);
}

TEST_CASE("what is no number is absent") {
  for (const char* text : {"", " 1", "1 ", "1,5", "+1", "0x10", "nan", "inf", "1e", "e3", "-", ".",
                           "1e400", "-1e400", "1.2.3", "1-2", "one"}) {
    CHECK_MESSAGE(!parse_number(text), text);
  }
}
