//! The annotations in `lua/types`: well formed, complete, and in step with the code.

use std::collections::{BTreeMap, BTreeSet};

/// What stands above and in one `function netns.x(…) end`.
pub(crate) struct Annotated {
    pub(crate) name: String,
    doc: Vec<String>,
    pub(crate) parameters: Vec<String>,
}

#[derive(Default)]
pub(crate) struct Types {
    pub(crate) functions: Vec<Annotated>,
    /// The fields of each class, without those it inherits, and its parents.
    classes: BTreeMap<String, (Vec<String>, Vec<String>)>,
    aliases: BTreeSet<String>,
    text: String,
}

pub(crate) fn read() -> Types {
    let mut types = Types::default();
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/lua/types");
    let mut paths: Vec<_> =
        std::fs::read_dir(directory).expect("lua/types").map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a file");
        assert!(text.starts_with("---@meta\n"), "{path:?} is not marked as annotations");
        compiles(&text);
        types.read(&text);
    }
    types
}

fn compiles(lua: &str) {
    let chunk = mlua::Lua::new().load(lua).into_function();
    assert!(chunk.is_ok(), "{lua}\n{chunk:?}");
}

impl Types {
    fn read(&mut self, text: &str) {
        self.text += text;
        let (mut doc, mut class) = (Vec::new(), String::new());
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix("---") {
                doc.push(comment.to_owned());
            } else if let Some(head) = line.strip_prefix("function ") {
                let (name, rest) = head.split_once('(').expect("parameters");
                let list = rest.split_once(')').expect("a parenthesis").0;
                let parameters = list.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect();
                self.functions.push(Annotated { name: name.to_owned(), doc: std::mem::take(&mut doc), parameters });
            } else {
                doc.clear();
            }
            if let Some(head) = line.strip_prefix("---@class ") {
                let (name, parents) = head.split_once(": ").unwrap_or((head, ""));
                class = name.to_owned();
                let parents = parents.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect();
                assert!(self.classes.insert(class.clone(), (Vec::new(), parents)).is_none(), "{name} is there twice");
            } else if let Some(field) = line.strip_prefix("---@field ") {
                let name = field.split([' ', '?']).next().expect("a name");
                // A name that is none in Lua.
                let name = name.strip_prefix("[\"").and_then(|name| name.strip_suffix("\"]")).unwrap_or(name);
                self.classes.get_mut(&class).expect("a class before its field").0.push(name.to_owned());
            } else if let Some(alias) = line.strip_prefix("---@alias ") {
                self.aliases.insert(alias.split(' ').next().expect("a name").to_owned());
            }
        }
    }

    /// The keys of a class, inherited ones too.
    fn keys(&self, class: &str) -> BTreeSet<&str> {
        let (fields, parents) = self.classes.get(class).unwrap_or_else(|| panic!("no class {class}"));
        fields.iter().map(String::as_str).chain(parents.iter().flat_map(|parent| self.keys(parent))).collect()
    }
}

impl Annotated {
    /// What it does, up to the first blank line or example.
    pub(crate) fn sentence(&self) -> String {
        let lines =
            self.doc.iter().map(|line| line.trim()).take_while(|line| !line.is_empty() && !line.starts_with("```"));
        lines.collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn tags(&self, tag: &str) -> Vec<&str> {
        self.doc.iter().filter_map(|line| line.strip_prefix(tag)?.strip_prefix(' ')).collect()
    }

    /// The program that shows how it is used.
    fn example(&self) -> String {
        let lines: Vec<&str> = self.doc.iter().map(|line| line.trim_start_matches(' ')).collect();
        let text = lines.join("\n");
        let example = text.split("```lua\n").nth(1).and_then(|rest| rest.split("```").next());
        example.unwrap_or_else(|| panic!("{} has no example", self.name)).to_owned()
    }

    /// The class of the options table, if there is one.
    fn options(&self) -> Option<&str> {
        let tag = self.tags("@param").into_iter().find(|tag| tag.starts_with("opts"))?;
        tag.split(' ').nth(1)
    }
}

#[test]
fn each_function_has_a_sentence_an_example_and_its_tags() {
    let types = read();
    assert!(types.functions.len() > 35, "{} functions", types.functions.len());
    for function in &types.functions {
        let name = &function.name;
        let sentence = function.doc.first().expect("a sentence").trim();
        let verb = sentence.split(' ').next().expect("a word");
        assert!(sentence.ends_with('.') && verb.trim_end_matches([';', ',']).ends_with('s'), "{name}: {sentence}");
        compiles(&function.example());
        let documented: Vec<&str> =
            function.tags("@param").iter().map(|tag| tag.split([' ', '?']).next().expect("a name")).collect();
        assert_eq!(documented, function.parameters, "{name}");
        assert_eq!(function.tags("@since"), ["0.1"], "{name}");
        let raises = function.tags("@raises");
        assert!(raises.len() == 1 && raises[0].split(' ').all(|code| code.starts_with('E')), "{name}: {raises:?}");
    }
}

#[test]
fn examples_that_need_no_kernel_run() {
    let types = read();
    let pure = |function: &&Annotated| function.name.starts_with("topo.") || function.name == "cidr";
    let examples: Vec<_> = types.functions.iter().filter(pure).map(Annotated::example).collect();
    assert_eq!(examples.len(), 14);
    for example in examples {
        crate::pure::eval(&example);
    }
}

#[test]
fn each_type_that_is_named_is_defined() {
    let types = read();
    for part in types.text.split("nsl.").skip(1) {
        let word: String = part.chars().take_while(char::is_ascii_alphanumeric).collect();
        let full = format!("nsl.{word}");
        // Without a word it is the end of a sentence.
        assert!(
            word.is_empty() || types.classes.contains_key(&full) || types.aliases.contains(&full),
            "{full} is not defined"
        );
    }
}

#[test]
fn each_function_of_the_code_is_annotated_with_its_options() {
    let types = read();
    for function in nsl::script::functions() {
        let field = |class: &str, name: &str| {
            assert!(types.keys(class).contains(name), "{class} has no {name}");
        };
        if let nsl::script::Acts::Method(class) = function.acts {
            field(&format!("nsl.{class}"), function.short_name());
            continue;
        }
        if let Some(method) = function.on_link() {
            field("nsl.Link", method);
        }
        if let Some(method) = function.on_namespace() {
            field("nsl.Netns", method);
        }
        let annotated = types.functions.iter().find(|known| known.name == function.name);
        let annotated = annotated.unwrap_or_else(|| panic!("{} is not annotated", function.name));
        let any = annotated.parameters.last().is_some_and(|last| last == "...");
        let most = if any { usize::MAX } else { annotated.parameters.len() };
        assert_eq!(most, function.most, "the parameters of {}", function.name);
        let keys = annotated.options().map(|class| types.keys(class)).unwrap_or_default();
        assert_eq!(keys, function.option_keys().collect(), "the options of {}", function.name);
    }
}
