using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Sluice.SimulatedPool.Calls;

/// <summary>The key that callers must present, if the pool has one.</summary>
/// <param name="key">Null: everybody is served.</param>
internal sealed class PoolKey(string? key)
{
    private const string Scheme = "Bearer ";

    private readonly byte[]? _expected = key is null ? null : Encoding.UTF8.GetBytes(Scheme + key);

    public bool Admits(HttpRequest request)
    {
        if (_expected is null)
        {
            return true;
        }

        var presented = request.Headers.Authorization.ToString();
        return presented.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(Scheme + presented[Scheme.Length..].Trim()), _expected);
    }
}
