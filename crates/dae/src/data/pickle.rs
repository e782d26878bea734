//! Reads the pickles of the Python version of CIFAR-10, without running anything that they name.
//!
//! A pickle is a program for a small stack machine. This machine knows the instructions in such files (as Python 2
//! wrote them, protocol 1 or 2, and as Python 3 rewrites them, protocols 3 to 5), and the names by which NumPy
//! describes an array of bytes. It refuses all others. Objects lie in one list and refer to each other by index, so
//! nothing is copied, nested, or traversed without end. The number of images limits the number of objects.
//!
//! The crate `serde-pickle` (1.2.0) is unsuitable: two million bytes of nested tuples overflow its stack and kill the
//! process, and it reads arrays only if it accepts every other name as well.
//!
//! # Reference
//! `pickletools.py` of Python, which documents every instruction.

use std::collections::BTreeMap;
use std::path::Path;

use super::bytes::refuse;
use crate::{Error, Result};

/// The index of an object.
type Id = usize;

/// The names that a pickle may use.
#[derive(Clone, Copy)]
enum Name {
    /// Makes an empty array, which [`Machine::build`] fills.
    Reconstruct,
    /// Makes an array from what protocol 5 wrote.
    FromBuffer,
    /// The type of arrays.
    Array,
    /// The type of numbers in an array.
    Number,
}

/// What a file is made of.
enum Object<'a> {
    None,
    Flag(bool),
    Int(i64),
    /// Bytes or text: keys are one in Python 2 and the other in Python 3.
    Bytes(&'a [u8]),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Name(Name),
    /// The type of an unsigned byte.
    Byte,
    /// The pixels, once they are known.
    Pixels(Option<&'a [u8]>),
}

/// Reads the dictionary of `count` labels and `count x columns` pixels that a pickle describes.
///
/// # Errors
/// [`Error::Format`], which names `file`, for anything else: another instruction, another name, another type or shape.
pub(crate) fn read<'a>(
    pickle: &'a [u8],
    (count, columns): (usize, usize),
    file: &'a Path,
) -> Result<(Vec<u8>, &'a [u8])> {
    let mut machine = Machine {
        rest: pickle,
        objects: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: BTreeMap::new(),
        shape: (count, columns),
        file,
    };
    let dictionary = machine.run()?;
    machine.batch(dictionary)
}

struct Machine<'a> {
    /// The instructions that are left.
    rest: &'a [u8],
    objects: Vec<Object<'a>>,
    stack: Vec<Id>,
    /// The height of the stack at each mark.
    marks: Vec<usize>,
    memo: BTreeMap<u32, Id>,
    shape: (usize, usize),
    file: &'a Path,
}

impl<'a> Machine<'a> {
    fn refuse(&self, found: impl Into<String>) -> Error {
        let (count, columns) = self.shape;
        let expected = format!("a pickle of {count} labels and {count} x {columns} bytes");
        refuse(self.file, expected, found)
    }

    /// Runs the instructions to the last one, and returns what they leave.
    fn run(&mut self) -> Result<Id> {
        // A label and a file name take four instructions.
        let limit = 8 * self.shape.0 + 4096;
        for _ in 0..limit {
            let instruction = self.byte()?;
            if instruction == b'.' {
                return match (self.stack.as_slice(), self.rest) {
                    (&[only], []) => Ok(only),
                    _ => Err(self.refuse("more than one object")),
                };
            }
            self.follow(instruction)?;
        }
        Err(self.refuse(format!("more than {limit} instructions")))
    }

    fn follow(&mut self, instruction: u8) -> Result<()> {
        match instruction {
            // The protocol, and the length of a frame.
            0x80 => match self.byte()? {
                2..=5 => Ok(()),
                other => Err(self.refuse(format!("protocol {other}"))),
            },
            0x95 => self.take(8).map(drop),
            b'(' => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            // Memoise the top object, and fetch one from the memo.
            b'q' => {
                let key = self.byte()?.into();
                self.remember(key)
            }
            b'r' => {
                let key = u32::from_le_bytes(self.array()?);
                self.remember(key)
            }
            0x94 => {
                let key = u32::try_from(self.memo.len()).unwrap_or(u32::MAX);
                self.remember(key)
            }
            b'h' => {
                let key = self.byte()?.into();
                self.fetch(key)
            }
            b'j' => {
                let key = u32::from_le_bytes(self.array()?);
                self.fetch(key)
            }
            b'N' => self.push(Object::None),
            0x88 => self.push(Object::Flag(true)),
            0x89 => self.push(Object::Flag(false)),
            // How protocol 1 writes the two flags.
            b'I' => match self.line()? {
                b"00" => self.push(Object::Flag(false)),
                b"01" => self.push(Object::Flag(true)),
                _ => Err(self.refuse("a number in words")),
            },
            b'K' => {
                let value = self.byte()?.into();
                self.push(Object::Int(value))
            }
            b'M' => {
                let value = u16::from_le_bytes(self.array()?).into();
                self.push(Object::Int(value))
            }
            b'J' => {
                let value = i32::from_le_bytes(self.array()?).into();
                self.push(Object::Int(value))
            }
            // Bytes and text, with one, four or eight bytes of length.
            b'U' | b'C' | 0x8c => {
                let length = self.byte()?.into();
                self.bytes(length)
            }
            b'T' | b'B' | b'X' => {
                let length = u32::from_le_bytes(self.array()?).into();
                self.bytes(length)
            }
            0x8e | 0x96 | 0x8d => {
                let length = u64::from_le_bytes(self.array()?);
                self.bytes(length)
            }
            b']' => self.push(Object::List(Vec::new())),
            b'}' => self.push(Object::Dict(Vec::new())),
            b')' => self.push(Object::Tuple(Vec::new())),
            0x85..=0x87 => {
                let items = self.pop_many(usize::from(instruction - 0x84))?;
                self.push(Object::Tuple(items))
            }
            b't' => {
                let items = self.pop_mark()?;
                self.push(Object::Tuple(items))
            }
            b'a' => {
                let items = self.pop_many(1)?;
                self.append(items)
            }
            b'e' => {
                let items = self.pop_mark()?;
                self.append(items)
            }
            b's' => {
                let items = self.pop_many(2)?;
                self.set(&items)
            }
            b'u' => {
                let items = self.pop_mark()?;
                self.set(&items)
            }
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.name(module, name)
            }
            0x93 => {
                let items = self.pop_many(2)?;
                match self.look(&items)[..] {
                    [Object::Bytes(module), Object::Bytes(name)] => self.name(module, name),
                    _ => Err(self.refuse("a name that is not text")),
                }
            }
            b'R' => self.call(),
            b'b' => self.build(),
            other => Err(self.refuse(format!(
                "instruction {other:#04x}, which has no place there"
            ))),
        }
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8]> {
        let parts = usize::try_from(length)
            .ok()
            .and_then(|length| self.rest.split_at_checked(length));
        let (taken, rest) = parts.ok_or_else(|| {
            let left = self.rest.len();
            self.refuse(format!("{length} bytes announced where {left} are left"))
        })?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let taken = self.take(N as u64)?;
        taken.try_into().map_err(|_| self.refuse("the end"))
    }

    fn byte(&mut self) -> Result<u8> {
        self.array().map(|[byte]| byte)
    }

    /// Takes a line, at most as long as a name.
    fn line(&mut self) -> Result<&'a [u8]> {
        let end = self.rest.iter().take(64).position(|&byte| byte == b'\n');
        let end = end.ok_or_else(|| self.refuse("a name without an end"))?;
        let line = self.take(end as u64)?;
        self.byte()?;
        Ok(line)
    }

    fn push(&mut self, object: Object<'a>) -> Result<()> {
        self.stack.push(self.objects.len());
        self.objects.push(object);
        Ok(())
    }

    fn bytes(&mut self, length: u64) -> Result<()> {
        let bytes = self.take(length)?;
        self.push(Object::Bytes(bytes))
    }

    /// Takes everything above the last mark off the stack.
    fn pop_mark(&mut self) -> Result<Vec<Id>> {
        let mark = self.marks.pop().filter(|&mark| mark <= self.stack.len());
        let mark = mark.ok_or_else(|| self.refuse("an instruction without its mark"))?;
        Ok(self.stack.split_off(mark))
    }

    /// Takes `count` objects off the stack, none of them from below the last mark.
    fn pop_many(&mut self, count: usize) -> Result<Vec<Id>> {
        let start = self.stack.len().checked_sub(count);
        let start = start.filter(|start| self.marks.last().is_none_or(|mark| mark <= start));
        let start = start.ok_or_else(|| self.refuse("an instruction without its objects"))?;
        Ok(self.stack.split_off(start))
    }

    fn top(&self) -> Result<Id> {
        let top = self.stack.last().copied();
        top.ok_or_else(|| self.refuse("an instruction without its object"))
    }

    fn remember(&mut self, key: u32) -> Result<()> {
        let top = self.top()?;
        self.memo.insert(key, top);
        Ok(())
    }

    fn fetch(&mut self, key: u32) -> Result<()> {
        let id = self.memo.get(&key).copied();
        let id = id.ok_or_else(|| self.refuse("a reference to nothing"))?;
        self.stack.push(id);
        Ok(())
    }

    fn append(&mut self, mut items: Vec<Id>) -> Result<()> {
        let top = self.top()?;
        match self.objects.get_mut(top) {
            Some(Object::List(list)) => list.append(&mut items),
            _ => return Err(self.refuse("items of what is no list")),
        }
        Ok(())
    }

    fn set(&mut self, items: &[Id]) -> Result<()> {
        let top = self.top()?;
        let (pairs, rest) = items.as_chunks::<2>();
        match self.objects.get_mut(top) {
            Some(Object::Dict(dict)) if rest.is_empty() => {
                dict.extend(pairs.iter().map(|&[key, value]| (key, value)));
            }
            _ => return Err(self.refuse("entries of what is no dictionary")),
        }
        Ok(())
    }

    fn name(&mut self, module: &[u8], name: &[u8]) -> Result<()> {
        let known = match (module, name) {
            (b"numpy.core.multiarray" | b"numpy._core.multiarray", b"_reconstruct") => {
                Name::Reconstruct
            }
            (b"numpy.core.numeric" | b"numpy._core.numeric", b"_frombuffer") => Name::FromBuffer,
            (b"numpy", b"ndarray") => Name::Array,
            (b"numpy", b"dtype") => Name::Number,
            _ => {
                let [module, name] = [module, name].map(|part| {
                    let part = part.get(..40).unwrap_or(part);
                    part.escape_ascii().to_string()
                });
                let found = format!("`{module}.{name}`, which is not run");
                return Err(self.refuse(found));
            }
        };
        self.push(Object::Name(known))
    }

    /// The objects with these ids. Every id that is handed out exists.
    fn look(&self, ids: &[Id]) -> Vec<&Object<'a>> {
        ids.iter().filter_map(|&id| self.objects.get(id)).collect()
    }

    /// The items of a tuple.
    fn tuple(&self, id: Id) -> Vec<&Object<'a>> {
        match self.objects.get(id) {
            Some(Object::Tuple(items)) => self.look(items),
            _ => Vec::new(),
        }
    }

    /// Calls one of the known names.
    fn call(&mut self) -> Result<()> {
        let ids = self.pop_many(2)?;
        let (name, arguments) = match (self.look(&ids).as_slice(), ids.as_slice()) {
            ([Object::Name(name), Object::Tuple(_)], &[_, arguments]) => (*name, arguments),
            _ => return Err(self.refuse("a call of what cannot be called")),
        };
        let made = match (name, self.tuple(arguments).as_slice()) {
            (Name::Reconstruct, [Object::Name(Name::Array), ..]) => Object::Pixels(None),
            (Name::Number, [Object::Bytes(b"u1" | b"|u1"), ..]) => Object::Byte,
            (Name::Number, _) => return Err(self.refuse("an array of other numbers than bytes")),
            (
                Name::FromBuffer,
                [
                    Object::Bytes(bytes),
                    Object::Byte,
                    Object::Tuple(shape),
                    Object::Bytes(b"C"),
                ],
            ) => self.pixels(bytes, shape)?,
            _ => return Err(self.refuse("an array that is made in another way")),
        };
        self.push(made)
    }

    /// Fills an array. For a type of numbers it adds nothing, because bytes need no more.
    fn build(&mut self) -> Result<()> {
        let ids = self.pop_many(1)?;
        let top = self.top()?;
        let state = ids.first().map_or(Vec::new(), |&id| self.tuple(id));
        let filled = match (self.objects.get(top), state.as_slice()) {
            (Some(Object::Byte), [_, ..]) => return Ok(()),
            (
                Some(Object::Pixels(None)),
                [
                    Object::Int(1),
                    Object::Tuple(shape),
                    Object::Byte,
                    Object::Flag(false),
                    Object::Bytes(bytes),
                ],
            ) => self.pixels(bytes, shape)?,
            _ => return Err(self.refuse("an array of another form")),
        };
        if let Some(object) = self.objects.get_mut(top) {
            *object = filled;
        }
        Ok(())
    }

    fn pixels(&self, bytes: &'a [u8], shape: &[Id]) -> Result<Object<'a>> {
        let (rows, columns) = self.shape;
        let sizes: Vec<_> = self.look(shape).into_iter().map(integer).collect();
        let expected = [rows, columns].map(|size| i64::try_from(size).ok());
        if sizes != expected || bytes.len() != rows * columns {
            let sizes: Vec<_> = sizes.into_iter().take(4).flatten().collect();
            let found = format!("an array of shape {sizes:?} with {} bytes", bytes.len());
            return Err(self.refuse(found));
        }
        Ok(Object::Pixels(Some(bytes)))
    }

    /// The labels and pixels of a batch.
    fn batch(&self, dictionary: Id) -> Result<(Vec<u8>, &'a [u8])> {
        let Some(Object::Dict(entries)) = self.objects.get(dictionary) else {
            return Err(self.refuse("something else than a dictionary"));
        };
        let value = |wanted: &str| {
            let is_wanted = |&id: &Id| match self.objects.get(id) {
                Some(Object::Bytes(key)) => *key == wanted.as_bytes(),
                _ => false,
            };
            let mut values = entries.iter().filter(|(key, _)| is_wanted(key));
            let id = values.next_back().map(|&(_, value)| value);
            let object = id.and_then(|id| self.objects.get(id));
            object.ok_or_else(|| self.refuse(format!("no entry `{wanted}`")))
        };
        let Object::Pixels(Some(pixels)) = value("data")? else {
            return Err(self.refuse("an entry `data` that is no array"));
        };
        let Object::List(list) = value("labels")? else {
            return Err(self.refuse("an entry `labels` that is no list"));
        };
        let label = |object| integer(object).and_then(|label| u8::try_from(label).ok());
        let labels: Option<Vec<u8>> = self.look(list).into_iter().map(label).collect();
        match labels {
            Some(labels) if labels.len() == self.shape.0 => Ok((labels, pixels)),
            Some(labels) => Err(self.refuse(format!("{} labels", labels.len()))),
            None => Err(self.refuse("labels that are no numbers from 0 to 9")),
        }
    }
}

fn integer(object: &Object) -> Option<i64> {
    match object {
        Object::Int(value) => Some(*value),
        _ => None,
    }
}
