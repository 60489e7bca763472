netns.output(nil, { "sh", "-c", "for i in 1 2 3 4 5 6 7; do echo line $i >&2; done; false" })
