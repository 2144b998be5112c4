using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Sluice.Rules.Policies;

namespace Sluice.Silo.Access;

/// <summary>The tokens of operators that are configured, told by their digests.</summary>
internal sealed class AdminTokens
{
    /// <summary>A shorter text could be found by its digest, which stands in files.</summary>
    public const int LengthMin = 32;

    private readonly (byte[] Digest, Administrator Operator)[] _known;

    public AdminTokens(IOptions<AccessOptions> options, RoleBook roles) =>
        _known = [.. options.Value.AdminTokens.Select(token => (
            Convert.FromHexString(token.Sha256),
            new Administrator
            {
                Actor = $"token/{token.Name}",
                Grants = token.Tenant.Length == 0
                    ? roles.Of(token.Roles)
                    : roles.Of(token.Roles).OfOwnTenant(),
                Tenant = token.Tenant,
            }))];

    /// <summary>Whose token it is; null for nobody's. It takes as long for any text of one length.</summary>
    public Administrator? Find(string text)
    {
        if (text.Length < LengthMin)
        {
            return null;
        }

        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        Administrator? found = null;
        foreach (var (known, administrator) in _known)
        {
            found = CryptographicOperations.FixedTimeEquals(known, digest) ? administrator : found;
        }

        return found;
    }
}
