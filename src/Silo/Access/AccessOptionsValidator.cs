using Microsoft.Extensions.Options;
using Sluice.Rules;
using Sluice.Rules.Policies;

namespace Sluice.Silo.Access;

/// <summary>Every mistake in roles and in tokens of operators, told together.</summary>
internal sealed class AccessOptionsValidator : IValidateOptions<AccessOptions>
{
    private const int TokensMax = 64;
    private const int DigestLength = 64;

    public ValidateOptionsResult Validate(string? name, AccessOptions options)
    {
        var mistakes = new List<string>();
        var book = RoleText.Parse(options.Roles, mistakes);
        if (!Names.IsName(options.PlatformTenant))
        {
            mistakes.Add($"Access:PlatformTenant '{options.PlatformTenant}' is not {Names.Rule}.");
        }

        if (options.AdminTokens.Count > TokensMax)
        {
            mistakes.Add($"Access:AdminTokens: {options.AdminTokens.Count} are too many; {TokensMax} is the most.");
        }

        for (var i = 0; i < options.AdminTokens.Count; i++)
        {
            var earlier = options.AdminTokens.Take(i).ToList();
            mistakes.AddRange(MistakesIn(options.AdminTokens[i], earlier, book)
                .Select(mistake => $"Access:AdminTokens:{i}:{mistake}"));
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static IEnumerable<string> MistakesIn(
        AdminTokenOptions token, List<AdminTokenOptions> earlier, RoleBook? book)
    {
        if (!Names.IsName(token.Name))
        {
            yield return $"Name '{token.Name}' is not {Names.Rule}.";
        }
        else if (earlier.Exists(other => other.Name == token.Name))
        {
            yield return $"Name '{token.Name}' is used twice: the audit trail could not tell who it was.";
        }

        if (token.Sha256.Length != DigestLength || !token.Sha256.All(char.IsAsciiHexDigit))
        {
            yield return "Sha256 is not the SHA-256 of a token in 64 hexadecimal digits.";
        }
        else if (earlier.Exists(other => other.Sha256.Equals(token.Sha256, StringComparison.OrdinalIgnoreCase)))
        {
            yield return "Sha256 is that of another token: two operators cannot share one.";
        }

        if (token.Roles.Count == 0)
        {
            yield return "Roles is empty; it must be set.";
        }

        foreach (var role in token.Roles.Where(role => book is not null && book.Find(role) is null))
        {
            yield return $"Roles: there is no role '{role}'.";
        }

        if (token.Tenant.Length > 0 && !Names.IsName(token.Tenant))
        {
            yield return $"Tenant '{token.Tenant}' is not {Names.Rule}.";
        }
    }
}
