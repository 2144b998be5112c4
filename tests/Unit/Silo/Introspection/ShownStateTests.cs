using Sluice.Grains.Abstractions.Clients;
using Xunit;

namespace Sluice.Unit.Silo.Introspection;

/// <summary>
/// Guards against secrets on an operator's screen: whatever a grain shows of itself, by the convention of Inspect and
/// GetState, holds nothing that could be a key, a digest or a MAC.
/// </summary>
public sealed class ShownStateTests
{
    private static readonly string[] Suspicious = ["secret", "digest", "mac", "hash", "token", "password", "key"];

    [Fact]
    public void What_a_grain_shows_holds_no_bytes_and_nothing_with_a_secrets_name()
    {
        var shown = typeof(IClientAdministration).Assembly.GetTypes()
            .Where(type => type.IsInterface)
            .SelectMany(type => type.GetMethods())
            .Where(method => method.Name is "Inspect" or "GetState" && method.GetParameters().Length == 0)
            .Select(method => method.ReturnType.GetGenericArguments().Single())
            .ToList();

        Assert.Contains(typeof(ClientLiveState), shown);
        Assert.Empty(shown.SelectMany(type => Mistakes(type, type.Name, [])));
    }

    private static IEnumerable<string> Mistakes(Type type, string place, HashSet<Type> seen)
    {
        var inner = Nullable.GetUnderlyingType(type) ?? type;
        if (inner == typeof(byte) || inner == typeof(object))
        {
            yield return $"{place} is {inner.Name}.";
        }

        var parts = inner.IsArray ? [inner.GetElementType()!] : inner.GetGenericArguments();
        foreach (var mistake in parts.SelectMany(part => Mistakes(part, place, seen)))
        {
            yield return mistake;
        }

        var isOurs = inner.Assembly == typeof(IClientAdministration).Assembly && !inner.IsArray && !inner.IsEnum;
        if (!isOurs || !seen.Add(inner))
        {
            yield break;
        }

        foreach (var property in inner.GetProperties())
        {
            var name = $"{place}.{property.Name}";
            var isNumber = property.PropertyType == typeof(int) || property.PropertyType == typeof(int[]);
            if (!isNumber && Suspicious.Any(word => property.Name.Contains(word, StringComparison.OrdinalIgnoreCase)))
            {
                yield return $"{name} sounds like a secret.";
            }

            foreach (var mistake in Mistakes(property.PropertyType, name, seen))
            {
                yield return mistake;
            }
        }
    }
}
