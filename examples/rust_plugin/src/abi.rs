// SPDX-License-Identifier: Apache-2.0
//! The parts of sharkreg/plugin_abi.h and sharkreg/comparator_abi.h that a comparator needs. What the
//! members mean, and who owns them, stands there.
use std::os::raw::c_void;

pub const MAGIC: u64 = 0x4745_5254_524b_4853;
pub const MAJOR: u32 = 1;
pub const MINOR: u32 = 0;

pub type Status = i32;
pub const OK: Status = 0;
pub const FAILED: Status = 2;
pub const INVALID: Status = 3;

pub const F32: u32 = 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    pub data: *const u8,
    pub size: usize,
}

impl Text {
    pub const fn new(text: &'static str) -> Text {
        Text { data: text.as_ptr(), size: text.len() }
    }

    /// # Safety
    /// The text must be valid for as long as the result is used.
    pub unsafe fn as_str<'a>(self) -> &'a str {
        if self.size == 0 {
            return "";
        }
        let bytes = std::slice::from_raw_parts(self.data, self.size);
        std::str::from_utf8(bytes).unwrap_or("")
    }
}

#[repr(C)]
pub struct Reader {
    pub struct_size: usize,
    pub this: *const c_void,
    pub kind: unsafe extern "C" fn(*const Reader, Text) -> i32,
    pub get_string: unsafe extern "C" fn(*const Reader, Text, *mut Text) -> Status,
    pub get_integer: unsafe extern "C" fn(*const Reader, Text, *mut i64) -> Status,
    pub get_number: unsafe extern "C" fn(*const Reader, Text, *mut f64) -> Status,
    pub get_boolean: unsafe extern "C" fn(*const Reader, Text, *mut i32) -> Status,
    pub get_count: unsafe extern "C" fn(*const Reader, Text, *mut usize) -> Status,
    pub get_key: unsafe extern "C" fn(*const Reader, Text, usize, *mut Text) -> Status,
}

#[repr(C)]
pub struct Writer {
    pub struct_size: usize,
    pub this: *mut c_void,
    pub put_string: unsafe extern "C" fn(*mut Writer, Text, Text) -> Status,
    pub put_integer: unsafe extern "C" fn(*mut Writer, Text, i64) -> Status,
    pub put_number: unsafe extern "C" fn(*mut Writer, Text, f64) -> Status,
    pub put_boolean: unsafe extern "C" fn(*mut Writer, Text, i32) -> Status,
    pub put_array: unsafe extern "C" fn(*mut Writer, Text) -> Status,
    pub put_object: unsafe extern "C" fn(*mut Writer, Text) -> Status,
    pub fail: unsafe extern "C" fn(*mut Writer, Text, Text),
}

#[repr(C)]
pub struct Tensor {
    pub struct_size: usize,
    pub element_type: u32,
    pub rank: u32,
    pub shape: *const u64,
    pub data: *const u8,
    pub byte_size: u64,
}

#[repr(C)]
pub struct ComparatorFunctions {
    pub struct_size: usize,
    pub describe: unsafe extern "C" fn(*mut c_void, *mut Writer) -> Status,
    pub compare: unsafe extern "C" fn(
        *mut c_void,
        *const Tensor,
        *const Tensor,
        *const Reader,
        *mut Writer,
    ) -> Status,
}

#[repr(C)]
pub struct Interface {
    pub struct_size: usize,
    pub flags: u32,
    pub reserved: u32,
    pub id: Text,
    pub name: Text,
    pub create: unsafe extern "C" fn(
        *const c_void,
        *const Reader,
        *mut Writer,
        *mut *mut c_void,
    ) -> Status,
    pub destroy: unsafe extern "C" fn(*mut c_void),
    pub get_extension: Option<unsafe extern "C" fn(*mut c_void, Text) -> *const c_void>,
    pub functions: *const ComparatorFunctions,
}

#[repr(C)]
pub struct Plugin {
    pub magic: u64,
    pub struct_size: usize,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub abi_minor_required: u32,
    pub build_flags: u32,
    pub name: Text,
    pub version: Text,
    pub toolchain: Text,
    pub interfaces: *const &'static Interface,
    pub interface_count: usize,
}

// Constant data whose pointers point to constant data.
unsafe impl Sync for Interface {}
unsafe impl Sync for Plugin {}
