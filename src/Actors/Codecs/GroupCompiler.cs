using System.Linq.Expressions;
using System.Reflection;

namespace Sluice.Actors.Codecs;

/// <summary>
/// Compiles a plan, once for each type: straight code without a look-up, a box or an allocation but the object's own.
/// </summary>
internal static class GroupCompiler
{
    private static readonly Type Writer = typeof(WireWriter).MakeByRefType();
    private static readonly Type Reader = typeof(WireReader).MakeByRefType();

    internal static GroupWriter<T> CompileWriter<T>(GroupPlan plan)
    {
        var writer = Expression.Parameter(Writer, "writer");
        var value = Expression.Parameter(typeof(T).MakeByRefType(), "value");
        var locals = new List<ParameterExpression>();
        var body = new List<Expression> { Call(writer, nameof(WireWriter.BeginGroup)) };
        var defaults = new OwnDefaults(typeof(T), plan);
        foreach (var member in plan.Members)
        {
            var local = Expression.Variable(member.Type, member.Info.Name);
            locals.Add(local);
            body.Add(Expression.Assign(local, Expression.MakeMemberAccess(value, member.Info)));
            Expression write = Call(
                CodecFor(member), nameof(Codec<>.WriteField), writer, Expression.Constant(member.Number), local);
            body.Add(defaults.IsPlain(member)
                ? Expression.IfThen(Expression.Not(Call(CodecFor(member), nameof(Codec<>.IsDefault), local)), write)
                : write);
        }

        body.Add(Call(writer, nameof(WireWriter.EndGroup)));
        return Expression.Lambda<GroupWriter<T>>(Expression.Block(locals, body), writer, value).Compile();
    }

    internal static GroupReader<T> CompileReader<T>(GroupPlan plan)
    {
        var reader = Expression.Parameter(Reader, "reader");
        var field = Expression.Variable(typeof(WireField), "field");
        var result = Expression.Variable(typeof(T), "result");
        var locals = new List<ParameterExpression> { field, result };
        var before = new List<Expression> { Expression.Assign(field, Expression.New(typeof(WireField))) };
        var after = new List<Expression>();
        Expression Make(IEnumerable<Expression> arguments) =>
            plan.Constructor is null ? Expression.Default(typeof(T)) : Expression.New(plan.Constructor, arguments);

        if (plan.Arguments.Count == 0)
        {
            before.Add(Expression.Assign(result, Make([])));
        }

        var fields = new List<Expression> { Call(reader, nameof(WireReader.BeginGroup), field) };
        var targets = new Dictionary<GroupMember, ParameterExpression>();
        foreach (var member in plan.Members)
        {
            Expression read = Call(
                CodecFor(member), nameof(Codec<>.ReadContent), reader, Expression.Field(field, nameof(WireField.Kind)));
            var assigned = plan.Arguments.Count == 0
                ? Expression.Assign(Expression.MakeMemberAccess(result, member.Info), read)
                : Kept(member, read);
            fields.Add(Expression.IfThen(
                Call(reader, nameof(WireReader.IsAt), field, Expression.Constant((long)member.Number)),
                Expression.Block(assigned, Call(reader, nameof(WireReader.NextField), field))));
        }

        fields.Add(Call(reader, nameof(WireReader.EndGroup), field));
        if (plan.Arguments.Count > 0)
        {
            after.Insert(0, Expression.Assign(result, Make(plan.Arguments.Select(argument => targets[argument]))));
        }

        after.Add(result);
        return Expression.Lambda<GroupReader<T>>(
            Expression.Block(locals, [.. before, .. fields, .. after]), reader).Compile();

        // Until the object can be made, what was read is kept in locals; what is not there keeps the type's default.
        Expression Kept(GroupMember member, Expression read)
        {
            var local = Expression.Variable(member.Type, member.Info.Name);
            locals.Add(local);
            targets.Add(member, local);
            var at = plan.Arguments.ToList().IndexOf(member);
            if (at >= 0)
            {
                before.Add(Expression.Assign(local, DefaultOf(plan.Constructor!.GetParameters()[at])));
                return Expression.Assign(local, read);
            }

            var present = Expression.Variable(typeof(bool), member.Info.Name + " is present");
            locals.Add(present);
            after.Add(Expression.IfThen(
                present, Expression.Assign(Expression.MakeMemberAccess(result, member.Info), local)));
            before.Add(Expression.Assign(present, Expression.Constant(false)));
            return Expression.Block(
                Expression.Assign(local, read), Expression.Assign(present, Expression.Constant(true)));
        }
    }

    internal static Expression DefaultOf(ParameterInfo parameter) =>
        parameter.HasDefaultValue && parameter.DefaultValue is { } value
            ? Expression.Convert(Expression.Constant(value), parameter.ParameterType)
            : Expression.Default(parameter.ParameterType);

    private static MemberExpression CodecFor(GroupMember member) =>
        Expression.Field(null, typeof(CodecOf<>).MakeGenericType(member.Type), nameof(CodecOf<>.Instance));

    private static MethodCallExpression Call(Expression target, string method, params Expression[] arguments)
    {
        var found = target.Type.GetMethod(method, BindingFlags.Instance | BindingFlags.NonPublic)!;
        return Expression.Call(target, found, arguments);
    }
}
