using System.Security.Cryptography;
using System.Text;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Tokens;

namespace Sluice.Edge.Tokens;

/// <summary>An access token that was found right by its signature and its claims.</summary>
internal sealed class VerifiedToken(AccessToken token)
{
    public AccessToken Token { get; } = token;

    /// <summary>As its client's grain is told of it.</summary>
    public TokenUse Use { get; } = new()
    {
        Models = [.. token.Scope.Models],
        Roles = token.SaysRoles ? [.. token.Roles] : null,
    };

    /// <summary>
    /// What stands in the place of a secret's digest where this edge remembers what a credential may do. Tokens that
    /// may
    /// do the same share it, or workers with a token each would share nothing. No secret has this digest.
    /// </summary>
    public byte[] Digest { get; } = SHA256.HashData(Encoding.UTF8.GetBytes(
        $"sluice token|{token.ClientId}|{token.KeyVersion}|{token.Scope.Text}|"
        + (token.SaysRoles ? $"roles {string.Join(' ', token.Roles)}" : "no roles")));
}
