# Completion of ccm for fish. ccm completions fish > ~/.config/fish/completions/ccm.fish
# Titles of tasks are only shown, as text; nothing of them is evaluated.

function __ccm_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l offers (command ccm complete fish $words[2..-1] 2>/dev/null)
    if test "$offers[1]" = "<path>"
        set -l lead (string match -r -- '^--[^=]*=' $words[-1])
        for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' $words[-1]))
            printf '%s\n' "$lead$path"
        end
    else if set -q offers[1]
        printf '%s\n' $offers
    end
end

complete -c ccm -e
complete -c ccm -f -a '(__ccm_complete)'
