# What the scripts share that commit for a workflow. The checkout keeps no credential: gh gives git the token for one push.
export GIT_AUTHOR_NAME='github-actions[bot]' GIT_AUTHOR_EMAIL='41898282+github-actions[bot]@users.noreply.github.com'
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL

# requires VARIABLE…: ends the script where gh or one of these variables is missing.
requires() {
  local name
  command -v gh >/dev/null || { echo "gh is not installed: https://cli.github.com" >&2; exit 1; }
  for name; do [[ -n ${!name:-} ]] || { echo "$name is not set: a workflow of GitHub sets it" >&2; exit 1; }; done
}

# requires_file FILE COMMAND
requires_file() { [[ -f $1 ]] || { echo "$1 does not exist: \`$2\` writes it" >&2; exit 1; }; }

# commit_and_push BRANCH TITLE FILE [--force]: commits this file alone. --force: the branch is this script's own.
commit_and_push() {
  git commit --quiet --message "$2" -- "$3"
  git -c credential.helper= -c credential.helper='!gh auth git-credential' push --quiet ${4:+"$4"} origin "HEAD:refs/heads/$1"
}

# propose BRANCH TITLE BODY: opens a pull request of the branch, where there is none.
propose() {
  [[ $(gh pr list --head "$1" --state open --json number --jq length) != 0 ]] ||
    gh pr create --head "$1" --base main --title "$2" --body "$3"
}
