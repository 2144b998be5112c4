using Microsoft.Extensions.Options;

namespace Sluice.Edge.Policies;

/// <summary>What no annotation can say of the policy agent's settings.</summary>
internal sealed class PolicyAgentOptionsValidator : IValidateOptions<PolicyAgentOptions>
{
    public ValidateOptionsResult Validate(string? name, PolicyAgentOptions options)
    {
        var mistakes = Mistakes(options).ToList();
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static IEnumerable<string> Mistakes(PolicyAgentOptions options)
    {
        if (!options.IsOn)
        {
            yield break;
        }

        if (!Uri.TryCreate(options.Address, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https")
            || address.UserInfo.Length > 0
            || address.GetLeftPart(UriPartial.Authority) != options.Address.TrimEnd('/'))
        {
            yield return "Policy:Address must be an http or https address without path, user and query.";
        }

        if (options.Path.Split('/').Any(part => part.Length == 0 || !part.All(IsNamed)))
        {
            yield return $"Policy:Path '{options.Path}' is not the path of a document, such as sluice/calls.";
        }

        if (options.TokenFile.Length > 0 && !File.Exists(options.TokenFile))
        {
            yield return $"Policy:TokenFile '{options.TokenFile}' does not exist.";
        }
    }

    private static bool IsNamed(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '-';
}
