// SPDX-License-Identifier: Apache-2.0
//! A comparator in Rust: f32 elements may be at most `--max-ulps=N` representable numbers apart
//! (default 0). NaN matches nothing; zeros of both signs are equal.
mod abi;

use abi::*;
use std::os::raw::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};

/// Writes into the answer of one call.
struct Answer(*mut Writer);

impl Answer {
    fn text(&self, path: &'static str, value: &str) {
        let value = Text { data: value.as_ptr(), size: value.len() };
        unsafe { ((*self.0).put_string)(self.0, Text::new(path), value) };
    }
    fn integer(&self, path: &'static str, value: i64) {
        unsafe { ((*self.0).put_integer)(self.0, Text::new(path), value) };
    }
    fn number(&self, path: &'static str, value: f64) {
        unsafe { ((*self.0).put_number)(self.0, Text::new(path), value) };
    }
    fn boolean(&self, path: &'static str, value: bool) {
        unsafe { ((*self.0).put_boolean)(self.0, Text::new(path), i32::from(value)) };
    }
    fn fail(&self, status: Status, message: &str, hint: &str) -> Status {
        let message = Text { data: message.as_ptr(), size: message.len() };
        let hint = Text { data: hint.as_ptr(), size: hint.len() };
        unsafe { ((*self.0).fail)(self.0, message, hint) };
        status
    }
}

/// No panic leaves the plugin.
fn guarded(answer: *mut Writer, function: impl FnOnce(&Answer) -> Status) -> Status {
    let answer = Answer(answer);
    catch_unwind(AssertUnwindSafe(|| function(&answer)))
        .unwrap_or_else(|_| answer.fail(FAILED, "the plugin panicked", "report it to its author"))
}

fn max_ulps(arguments: &Reader) -> Result<u64, String> {
    let mut most = 0;
    let mut count = 0;
    unsafe { (arguments.get_count)(arguments, Text::new("/arguments"), &mut count) };
    for index in 0..count {
        let path = format!("/arguments/{}", index);
        let mut argument = Text { data: std::ptr::null(), size: 0 };
        let path = Text { data: path.as_ptr(), size: path.len() };
        unsafe { (arguments.get_string)(arguments, path, &mut argument) };
        let argument = unsafe { argument.as_str() };
        most = argument
            .strip_prefix("--max-ulps=")
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| format!("\"{}\" is not --max-ulps=N", argument))?;
    }
    Ok(most)
}

/// Representable numbers between the two; None for a NaN. Numbers of both signs are put in one order:
/// see Dawson, "Comparing Floating Point Numbers", 2012 edition.
fn ulps(a: f32, b: f32) -> Option<u64> {
    let ordered = |value: f32| {
        let bits = value.to_bits();
        let magnitude = i64::from(bits & 0x7fff_ffff);
        if bits >> 31 == 1 { -magnitude } else { magnitude }
    };
    if a.is_nan() || b.is_nan() {
        return None;
    }
    Some((ordered(a) - ordered(b)).unsigned_abs())
}

fn element(tensor: &Tensor, index: usize) -> f32 {
    unsafe { tensor.data.add(4 * index).cast::<f32>().read_unaligned() }
}

fn compare_tensors(expected: &Tensor, actual: &Tensor, most: u64, answer: &Answer) -> Status {
    let mut mismatches = 0;
    let mut largest = 0;
    for index in 0..(expected.byte_size / 4) as usize {
        match ulps(element(expected, index), element(actual, index)) {
            Some(distance) if distance <= most => largest = largest.max(distance),
            Some(distance) => {
                mismatches += 1;
                largest = largest.max(distance);
            }
            None => mismatches += 1,
        }
    }
    answer.text("/schema", "sharkreg.comparison/1");
    answer.boolean("/match", mismatches == 0);
    answer.integer("/mismatch_count", mismatches);
    answer.number("/metrics/max_ulps", largest as f64);
    if mismatches > 0 {
        answer.text("/message", &format!("{} elements are more than {} ulps off", mismatches, most));
    }
    OK
}

unsafe extern "C" fn create(
    _host: *const c_void,
    _configuration: *const Reader,
    _error: *mut Writer,
    this: *mut *mut c_void,
) -> Status {
    *this = std::ptr::null_mut(); // it keeps nothing
    OK
}

unsafe extern "C" fn destroy(_this: *mut c_void) {}

unsafe extern "C" fn describe(_this: *mut c_void, answer: *mut Writer) -> Status {
    guarded(answer, |answer| {
        answer.text("/schema", "sharkreg.comparator_description/1");
        answer.text("/arguments/-", "--max-ulps=N   largest distance that matches (default 0)");
        answer.boolean("/symmetric", true);
        OK
    })
}

unsafe extern "C" fn compare(
    _this: *mut c_void,
    expected: *const Tensor,
    actual: *const Tensor,
    arguments: *const Reader,
    answer: *mut Writer,
) -> Status {
    let (expected, actual, arguments) = (&*expected, &*actual, &*arguments);
    guarded(answer, |answer| {
        if expected.element_type != F32 {
            return answer.fail(INVALID, "max_ulps compares f32 only", "choose another comparator");
        }
        match max_ulps(arguments) {
            Ok(most) => compare_tensors(expected, actual, most, answer),
            Err(message) => answer.fail(INVALID, &message, "write --max-ulps=4"),
        }
    })
}

static FUNCTIONS: ComparatorFunctions = ComparatorFunctions {
    struct_size: std::mem::size_of::<ComparatorFunctions>(),
    describe,
    compare,
};

static COMPARATOR: Interface = Interface {
    struct_size: std::mem::size_of::<Interface>(),
    flags: 1, // thread-safe
    reserved: 0,
    id: Text::new("sharkreg.comparator/1"),
    name: Text::new("max_ulps"),
    create,
    destroy,
    get_extension: None,
    functions: &FUNCTIONS,
};

static INTERFACES: [&Interface; 1] = [&COMPARATOR];

static PLUGIN: Plugin = Plugin {
    magic: MAGIC,
    struct_size: std::mem::size_of::<Plugin>(),
    abi_major: MAJOR,
    abi_minor: MINOR,
    abi_minor_required: 0,
    build_flags: 0,
    name: Text::new("max_ulps"),
    version: Text::new("1.0.0"),
    toolchain: Text::new("Rust"),
    interfaces: INTERFACES.as_ptr(),
    interface_count: 1,
};

#[no_mangle]
pub extern "C" fn sharkreg_plugin() -> *const c_void {
    (&PLUGIN as *const Plugin).cast()
}
