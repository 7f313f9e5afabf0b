# Completion of partnerlink for PowerShell. It asks the program, which knows the accounts.

Register-ArgumentCompleter -Native -CommandName partnerlink -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # Words as text: nothing that stands on the command line is run.
    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
            else { $_.Extent.Text }
        })
    # An empty argument does not reach every program; two quotes do.
    $current = if ($wordToComplete) { $wordToComplete } else { '""' }

    # No answer lets PowerShell complete file names.
    & partnerlink completions powershell -- @words $current 2>$null |
        Where-Object { $_ -ne ':files' } |
        ForEach-Object {
            $value, $help = $_ -split "`t", 2
            if (-not $help) { $help = $value }
            $text = if ($value -match '\s') { "'$value'" } else { $value }
            [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $help)
        }
}
