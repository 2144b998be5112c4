using System.Collections.Immutable;
using System.Text.Json;

namespace Sluice.Rules.Tokens;

/// <summary>
/// What a token says of whoever calls: <c>roles</c>, and when they showed who they are: <c>auth_time</c>.
/// </summary>
public static class TokenRoles
{
    /// <summary>Most roles of a token.</summary>
    public const int RolesMax = 16;

    /// <summary>Writes what is said; nothing is written of what is not.</summary>
    public static void Write(Utf8JsonWriter json, AccessToken token)
    {
        if (!token.Roles.IsEmpty)
        {
            json.WriteStartArray("roles");
            foreach (var role in token.Roles)
            {
                json.WriteStringValue(role);
            }

            json.WriteEndArray();
        }

        if (token.AuthTime is { } at)
        {
            json.WriteNumber("auth_time", at);
        }
    }

    /// <summary>
    /// False when one of the two stands there and is not what it must be: a list of at most <see cref="RolesMax"/>
    /// names, and whole seconds since 1970.
    /// </summary>
    public static bool TryRead(JsonElement claims, out ImmutableArray<string> roles, out long? authTime)
    {
        (roles, authTime) = ([], null);
        if (claims.TryGetProperty("roles", out var list))
        {
            if (list.TextsOf() is not { Length: <= RolesMax } names || !names.All(Names.IsName))
            {
                return false;
            }

            roles = [.. names];
        }

        authTime = claims.SecondsOf("auth_time");
        return authTime is not null || !claims.TryGetProperty("auth_time", out _);
    }
}
