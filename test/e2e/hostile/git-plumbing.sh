# Reaches into the person's repository with git's own commands: pushes, worktrees, packs, large files, links to its objects.
try() { "$@" >/dev/null 2>&1 && echo "ESCAPED: $*"; }
try git push "$LAB_REPO" HEAD:refs/heads/evil
try git push "file://$LAB_REPO" HEAD:refs/heads/evil-too
try git --git-dir "$LAB_REPO/.git" worktree add --detach evil-worktree
try git --git-dir "$LAB_REPO/.git" symbolic-ref HEAD refs/heads/other
try git --git-dir "$LAB_REPO/.git" replace HEAD HEAD~0 -f
try git --git-dir "$LAB_REPO/.git" notes add -m evil HEAD
try git --git-dir "$LAB_REPO/.git" hash-object -w "$LAB_TREE/git-plumbing.sh"
try git --git-dir "$LAB_REPO/.git" submodule add "$LAB_REPO" evil-submodule
try sh -c 'mkdir -p "$LAB_REPO/.git/lfs/objects/aa" && echo evil > "$LAB_REPO/.git/lfs/objects/aa/evil"'
try sh -c 'echo "* filter=evil" > "$LAB_REPO/.git/info/attributes"'
try sh -c 'file=$(find "$LAB_REPO/.git/objects" -type f | head -n 1) && ln "$file" linked && chmod u+w linked && echo evil > linked'
rm -rf evil-worktree linked
echo DONE
