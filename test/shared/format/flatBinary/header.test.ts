import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { GranuleError } from "../../../../shared/errors.ts";
import { parseHeader } from "../../../../shared/format/flatBinary/header.ts";
import { header } from "../../../support/granules.ts";

/** The header of 3B42RT.2000030100.7R2.bin, in full. */
const real =
  "algorithm_ID=3B42RT algorithm_version=07.00 granule_ID=3B42RT.2000030100.7R2.bin header_byte_length=2880 file_byte_length=(char2880)_header+(int2)x1440x480x2_data+(int1)x1440x480_data+(int2)x1440x480_data nominal_YYYYMMDD=20000301 nominal_HHMMSS=000000 begin_YYYYMMDD=20000229 begin_HHMMSS=223000 end_YYYYMMDD=20000301 end_HHMMSS=013000 creation_date=20121109 west_boundary=0E east_boundary=360E north_boundary=60N south_boundary=60S origin=northwest number_of_latitude_bins=480 number_of_longitude_bins=1440 grid=0.25x0.25_deg_lat/lon first_box_center=59.875N,0.125E second_box_center=59.875N,0.375E last_box_center=59.875S,359.875E number_of_variables=4 variable_name=precipitation,precipitation_error,source,uncal_precipitation variable_units=mm/hr,mm/hr,source_number,mm/hr variable_scale=100,100,1,100 variable_type=signed_integer2,signed_integer2,signed_integer1,signed_integer2 byte_order=big_endian flag_value=-31999 flag_name=insufficient_observations contact_name=TSDIS_Helpdesk contact_address=NASA/GSFC_Code_610.2_Greenbelt_MD_20771_USA contact_telephone=301-614-5184 contact_facsimile=301-614-5575 contact_email=helpdesk@pps-mail.nascom.nasa.gov run_latency=LAST";

const parse = (text: string) => parseHeader(new TextEncoder().encode(text));

function refused(bytes: Uint8Array | string, said: RegExp): void {
  assert.throws(
    () => (typeof bytes === "string" ? parse(bytes) : parseHeader(bytes)),
    (error) => error instanceof GranuleError && error.fault === "header" && said.test(error.message),
  );
}

test("a real header is read in full", () => {
  const values = parse(real.padEnd(2880));
  assert.equal(values.size, 37);
  assert.equal(values.get("algorithm_ID"), "3B42RT");
  assert.equal(values.get("nominal_HHMMSS"), "000000");
  assert.equal(values.get("variable_name"), "precipitation,precipitation_error,source,uncal_precipitation");
  assert.equal(values.get("grid"), "0.25x0.25_deg_lat/lon");
  assert.equal(values.get("run_latency"), "LAST");
});

test("the granules that tests are made of have that header", () => {
  assert.equal(header(Date.UTC(2000, 2, 1), 4, "7R2"), real);
});

test("blanks, newlines and NUL pad a header", () => {
  const pairs = new Map([
    ["a", "1"],
    ["b", "2"],
  ]);
  for (const padding of ["", "   ", "\n", " \r\n \n", "\0\0\0", " \0 \0\n"]) {
    assert.deepEqual(parse(`a=1 b=2${padding}`), pairs);
  }
  assert.deepEqual(parse(" \n a=1\n\tb=2"), pairs);
});

test("a value may be empty, or come again unchanged; a key may be any word", () => {
  const values = parse("a= b=2 a= __proto__=3");
  assert.deepEqual([...values.values()], ["", "2", "3"]);
  assert.equal(values.get("__proto__"), "3");
});

test("what is not KEY=VALUE is refused", () => {
  refused("a=1 b c=3", /"b", which is not one KEY=VALUE/);
  refused("a=1 =2", /"=2"/);
  refused("a=1=2", /"a=1=2"/);
  refused("a=1 b=2 a=3", /both "a=1" and "a=3"/);
  refused("", /blank/);
  refused("  \0\0", /blank/);
});

test("bytes that are not ASCII text are refused, and so is text after the padding", () => {
  refused(Uint8Array.of(0x61, 0x3d, 0xe9), /byte 2 of the header, 0xe9/);
  refused(Uint8Array.of(0x61, 0x3d, 0x01), /0x01/);
  refused(Uint8Array.of(0x61, 0x3d, 0x31, 0, 0xff), /byte 4 of the header, 0xff/);
  refused("a=1\0b=2", /byte 4 of the header, 0x62, follows a NUL/);
});

test("a message shows no more than the beginning of a long word", () => {
  assert.throws(
    () => parse("x".repeat(2880)),
    (error: Error) => error.message.length < 120,
  );
});

test("every pair that is written is read back", () => {
  const word = fc.stringMatching(/^[!-<>-~]{1,20}$/);
  fc.assert(
    fc.property(fc.dictionary(word, word), fc.constantFrom(" ", "\n", "  "), (pairs, separator) => {
      fc.pre(Object.keys(pairs).length > 0);
      const text = Object.entries(pairs).map(([key, value]) => `${key}=${value}`);
      assert.deepEqual(new Map(Object.entries(pairs)), parse(text.join(separator)));
    }),
  );
});

test("any bytes give a map or a GranuleError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      try {
        assert.ok(parseHeader(bytes).size > 0);
      } catch (error) {
        assert.ok(error instanceof GranuleError && error.fault === "header");
      }
    }),
  );
});
